// The one place that knows the component library (docs/decisions/0005-webview-toolkit.md): pages name components, never the package.
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

/** Registers the components that pages use. */
export function registerComponents(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDropdown(), vsCodeOption(), vsCodeProgressRing(), vsCodeTextField());
}

/** A dropdown or text field, as far as pages need it. */
export interface ValueElement extends HTMLElement {
  value: string;
}

/** A button, as far as pages need it. */
export interface ButtonElement extends HTMLElement {
  disabled: boolean;
}
