/**
 * User settings that stop background traffic, invitations and moving parts.
 * @type {Record<string, unknown>}
 */
export const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'window.autoDetectColorScheme': false,
  'window.autoDetectHighContrast': false,
  'editor.cursorBlinking': 'solid',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': 'off',
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true, // hides Chat and its agent host; vscode.lm works all the same
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  'npm.fetchOnlinePackageInfo': false,
  // Without these two tsserver runs `npm install types-registry` behind a .js file, and that outlives the extension host.
  'typescript.disableAutomaticTypeAcquisition': true,
  'js/ts.tsserver.automaticTypeAcquisition.enabled': false,
};

/**
 * The themes that views are looked at in: the value of `workbench.colorTheme`, the name in the theme picker, and the class that the
 * workbench then wears.
 * @type {Record<'light' | 'dark' | 'high-contrast' | 'high-contrast-light', {setting: string, label: string, className: string}>}
 */
export const THEMES = {
  light: { setting: 'Light Modern', label: 'Light Modern', className: 'vscode-theme-defaults-themes-light_modern-json' },
  dark: { setting: 'Dark Modern', label: 'Dark Modern', className: 'vscode-theme-defaults-themes-dark_modern-json' },
  'high-contrast': {
    setting: 'Default High Contrast',
    label: 'Dark High Contrast',
    className: 'vscode-theme-defaults-themes-hc_black-json',
  },
  'high-contrast-light': {
    setting: 'Default High Contrast Light',
    label: 'Light High Contrast',
    className: 'vscode-theme-defaults-themes-hc_light-json',
  },
};
