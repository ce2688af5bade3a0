// Builds everything: the bundles (docs/decisions/0002-bundles.md) into dist/, and with --tests the tests into out/.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const release = process.argv.includes('--release');
const withTests = process.argv.includes('--tests');

/** Bundles that others reach by `import()` only: loaded on first use, and shared by the editor and the terminal. */
const LAZY = {
  'src/engine/index.ts': './engine.js',
  'src/store/index.ts': './store.js',
  'src/features/signatures.ts': './signatures.js',
  'src/cli/evaluate.ts': './evaluate.js',
  'src/cli/versions.ts': './versions.js',
  'src/cli/optimize.ts': './optimize.js',
};

/** Turns `import('…/engine/index.js')` into a load of the sibling bundle instead of a copy of it. */
const lazyBundles = {
  name: 'lazy-bundles',
  setup(build) {
    build.onResolve({ filter: /\/(?:(?:engine|store)\/index|signatures|evaluate|versions|optimize)\.js$/ }, (args) => {
      if (args.kind !== 'dynamic-import') return undefined;
      const source = path.relative(root, path.resolve(args.resolveDir, args.path)).replaceAll('\\', '/').replace(/\.js$/, '.ts');
      const bundle = LAZY[source];
      return bundle === undefined ? undefined : { path: bundle, external: true };
    });
  },
};

/**
 * Cuts LangSmith and the tokenizer download out of LangChain: no variable in a user's shell can then send a prompt to a host that
 * is not the model's, or print it (docs/decisions/0004-no-phone-home.md). `langsmith` exports are what LangChain imports of it.
 */
const noPhoneHome = {
  name: 'no-phone-home',
  setup(build) {
    const langchain = (file) => new RegExp(`@langchain[\\\\/]core[\\\\/]dist[\\\\/]utils[\\\\/]${file}\\.(js|cjs)$`);
    build.onLoad({ filter: langchain('callbacks') }, () => ({ contents: 'export const isTracingEnabled = () => false;', loader: 'js' }));
    build.onLoad({ filter: langchain('gateway') }, () => ({
      contents: `export const DEFAULT_LANGSMITH_GATEWAY = '';
export const resolveLangSmithGatewayConfig = ({ baseURL }) => ({ baseURL });`,
      loader: 'js',
    }));
    build.onLoad({ filter: langchain('tiktoken') }, () => ({
      contents: `const encoding = { encode: (text) => ({ length: Math.ceil(text.length / 4) }) };
export const getEncoding = async () => encoding;
export const encodingForModel = async () => encoding;`,
      loader: 'js',
    }));
    build.onLoad({ filter: langchain('env') }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8').replace(/(function getEnvironmentVariable\(name\) \{)/, '$1 return undefined;'),
      loader: 'js',
    }));
    build.onResolve({ filter: /^langsmith(\/.*)?$/ }, (args) => ({ path: args.path, namespace: 'langsmith-cut' }));
    build.onLoad({ filter: /.*/, namespace: 'langsmith-cut' }, () => ({
      contents: `export class Client { constructor() { throw new Error('LangSmith is not part of this build'); } }
export class RunTree { constructor(config) { Object.assign(this, config); this.tracingEnabled = false; } async postRun() {} async patchRun() {} }
export const isRunTree = () => false;
export const isTraceableFunction = () => false;
export const convertToDottedOrderFormat = () => ({ dottedOrder: '', microsecondPrecisionDatestring: '' });
export const getDefaultProjectName = () => 'default';
export const getCurrentRunTree = () => undefined;
export const AsyncLocalStorageProviderSingleton = { getInstance: () => ({ getStore: () => undefined, run: (_, f) => f() }), initializeGlobalInstance() {} };`,
      loader: 'js',
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  logLevel: 'warning',
  sourcesContent: false,
  legalComments: 'none',
  minify: release,
  sourcemap: release ? false : 'linked',
  metafile: true,
};
const version = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version;
const define = { ATELIER_VERSION: JSON.stringify(version) };

const host = {
  ...common,
  entryPoints: {
    extension: 'src/extension.ts',
    signatures: 'src/features/signatures.ts',
    cli: 'src/cli.ts',
    evaluate: 'src/cli/evaluate.ts',
    versions: 'src/cli/versions.ts',
    optimize: 'src/cli/optimize.ts',
    engine: 'src/engine/index.ts',
    store: 'src/store/index.ts',
  },
  outdir: 'dist',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  define,
  // require() of a bundle: import() would have Node scan 2 MB for export names, 0.15 s at every start of the terminal command.
  supported: { 'dynamic-import': false },
  plugins: [lazyBundles, noPhoneHome],
};

/** The process of a user's metric: it loads their module by a real import(). */
const metricWorker = {
  ...host,
  entryPoints: { 'metric-worker': 'src/engine/custom-metric/worker.ts' },
  supported: {},
  plugins: [],
};

/** The thread of an optimization in the editor; it loads engine and store as the extension does. */
const runWorker = { ...host, entryPoints: { 'run-worker': 'src/features/optimize/worker/main.ts' }, external: [] };

const webview = {
  ...common,
  entryPoints: { generate: 'webview/generate/main.ts', report: 'webview/report/main.ts', run: 'webview/run/main.ts' },
  outdir: 'dist/webview',
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  minify: true,
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
};

function filesUnder(dir, pattern) {
  return readdirSync(path.join(root, dir), { recursive: true })
    .map((file) => path.join(dir, String(file)))
    .filter((file) => pattern.test(file));
}

/** The workbench tools find their own folder by their address: tests load them from where they are. */
const workbenchTools = {
  name: 'workbench-tools',
  setup(build) {
    build.onResolve({ filter: /\/workbench\/[\w-]+\.mjs$/ }, (args) => ({
      path: pathToFileURL(path.resolve(args.resolveDir, args.path)).href,
      external: true,
    }));
  },
};

const suites = {
  ...common,
  entryPoints: [
    ...filesUnder('test/unit', /\.ts$/),
    ...filesUnder('test/e2e', /\.ts$/),
    'test/bench/run.ts',
    'test/bench/optimize.ts',
    ...filesUnder('test/fixtures', /\.ts$/),
  ],
  outbase: '.',
  outdir: 'out',
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  target: 'node20',
  format: 'esm',
  splitting: true,
  packages: 'external',
  define,
  plugins: [workbenchTools],
};

/** The suite that runs inside the extension host. */
const hostSuite = {
  ...common,
  entryPoints: ['test/host/index.ts'],
  outfile: 'out/test/host/index.js',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
};

/** Bundled as the product is, or it would be measured with code that the product does not have. */
const contenders = {
  ...host,
  minify: true,
  sourcemap: false,
  entryPoints: ['test/bench/contender.ts', 'test/bench/evaluator.ts', 'test/bench/optimizer.ts'],
  outdir: 'out/test/bench',
  outExtension: { '.js': '.cjs' },
};

const product = [host, webview, metricWorker, runWorker];
const jobs = withTests ? [...product, suites, hostSuite, contenders] : product;
const results = await Promise.all(jobs.map((job) => esbuild.build(job)));
if (process.argv.includes('--metafile')) {
  writeFileSync(path.join(root, 'out/meta.json'), JSON.stringify(results[0].metafile));
}
