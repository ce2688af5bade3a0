// The arrows between the rooms (CONTRIBUTING.md): each room may reach the rooms it names, and no other.
const ROOMS = {
  core: [],
  models: ['core'],
  engine: ['models', 'core'],
  store: ['core'],
  host: ['models', 'core'],
  features: ['host', 'engine', 'store', 'models', 'core'],
  cli: ['engine', 'store', 'models', 'core'],
};
const PACKAGES = {
  core: '^$',
  store: '^(?:csv-parse|csv-stringify|yaml|proper-lockfile)',
  models: '^(?:@langchain/(?:core|openai)|proxy-from-env|https?-proxy-agent)',
  engine: '^(?:@ax-llm/ax|@langchain/core)',
  host: '^$',
  features: '^$',
  cli: '^$',
};
const folder = (room) => `^src/${room}(?:/|\\.ts$)`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(ROOMS).map(([room, reachable]) => ({
      name: `${room}-reaches-only-${reachable.join('-') || 'itself'}`,
      severity: 'error',
      from: { path: folder(room) },
      to: { path: '^(?:src|webview|test)/', pathNot: [room, ...reachable].map(folder) },
    })),
    ...Object.entries(PACKAGES).map(([room, allowed]) => ({
      name: `${room}-packages`,
      severity: 'error',
      from: { path: folder(room) },
      to: { path: 'node_modules/', pathNot: [allowed.replace('^', 'node_modules/'), '@types/(?:node|vscode)/'] },
    })),
    { name: 'core-without-node', severity: 'error', from: { path: folder('core') }, to: { dependencyTypes: ['core'] } },
    {
      name: 'vscode-as-value-in-host-only',
      severity: 'error',
      from: { path: '^src/', pathNot: folder('host') },
      to: { path: '^vscode$|@types/vscode', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'engine-and-store-are-loaded-lazily',
      comment:
        'Outside of their bundles only import() and types reach them; names of files and a type are all that features share statically.',
      severity: 'error',
      from: { path: '^src/(?:features|cli|extension)' },
      to: {
        path: '^src/(?:engine|store)/',
        pathNot: '^src/store/table-names\\.ts$',
        dependencyTypesNot: ['dynamic-import', 'type-only'],
      },
    },
    {
      name: 'pages-share-only-protocols',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/', pathNot: '^src/features/[^/]+/protocol\\.ts$' },
    },
    {
      name: 'pages-share-only-types',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^(?:src|webview)/', pathNot: '\\.d\\.ts$' }, to: {} },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^vscode$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
