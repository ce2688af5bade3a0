import type * as vscode from 'vscode';
import type { Taste } from '../../core/taste/taste.js';
import type { Services } from '../services.js';

interface TasteItem extends vscode.QuickPickItem {
  readonly taste?: Taste;
}

/**
 * Lets the user pick a taste; "New taste…" starts one in tastes.yaml instead.
 * @param current the taste that is chosen now
 * @returns undefined when nothing was picked
 */
export async function pickTaste(services: Services, current: string | undefined, title = 'Taste'): Promise<Taste | undefined> {
  const { vscode } = services.host;
  const tastes = await (await services.generations()).tastes();
  const items: TasteItem[] = tastes.map((taste) => ({
    label: taste.label,
    ...(taste.source === 'workspace' ? { description: 'tastes.yaml' } : {}),
    detail: taste.description,
    iconPath: vscode.Uri.parse(swatchUri(taste.swatch)),
    picked: taste.name === current,
    taste,
  }));
  const separator: TasteItem = { label: '', kind: vscode.QuickPickItemKind.Separator };
  const create: TasteItem = {
    label: 'New taste…',
    detail: 'Describe a style of your own in tastes.yaml',
    iconPath: new vscode.ThemeIcon('add'),
  };
  const picker = vscode.window.createQuickPick<TasteItem>();
  picker.title = title;
  picker.placeholder = 'Which style should the picture have?';
  picker.matchOnDetail = true;
  picker.items = [...items, separator, create];
  picker.activeItems = items.filter((item) => item.picked);
  try {
    const chosen = await new Promise<TasteItem | undefined>((resolve) => {
      picker.onDidAccept(() => resolve(picker.selectedItems[0]));
      picker.onDidHide(() => resolve(undefined));
      picker.show();
    });
    if (chosen === create) await vscode.commands.executeCommand('promptAtelier.newTaste');
    return chosen?.taste;
  } finally {
    picker.dispose();
  }
}

/** A 16 px picture of one to three colours, as a data URI. Colours were checked when the taste was read. */
function swatchUri(colours: readonly string[]): string {
  const width = 16 / Math.max(1, colours.length);
  const bars = colours.map((colour, index) => `<rect x="${index * width}" width="${width}" height="16" fill="${colour}"/>`).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16"><clipPath id="c"><rect width="16" height="16" rx="3"/></clipPath><g clip-path="url(#c)">${bars}</g></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
