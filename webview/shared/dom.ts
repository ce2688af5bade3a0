type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** An element with attributes and children. Text becomes text nodes: nothing is ever parsed as HTML. */
export function h<T extends HTMLElement = HTMLElement>(tag: string, attributes: Attributes = {}, ...children: (Node | string)[]): T {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element as T;
}

/** Sets, or for false and undefined removes, an attribute. */
export function setAttribute(element: Element, name: string, value: string | boolean | undefined): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : value);
}

/** Sets the text of an element only when it differs: an untouched node keeps selection and scroll position. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A codicon; decoration only, unseen by screen readers. */
export function icon(name: string): HTMLElement {
  return h('span', { class: `codicon codicon-${name}`, 'aria-hidden': 'true' });
}

/** A button that is an icon, with a name for tooltip and screen readers. */
export function iconButton(name: string, label: string, onClick: () => void): HTMLElement {
  const button = h('vscode-button', { appearance: 'icon', 'aria-label': label, title: label }, icon(name));
  button.addEventListener('click', onClick);
  return button;
}
