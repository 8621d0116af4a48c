/** The arrows of docs/architecture.md: a stray import fails `npm run check`. */
const only = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: [`^src/(${[from, ...to].join('|')})/`, '^src/(errors|config)\\.ts$'] },
});

module.exports = {
  forbidden: [
    only('contracts-ask-services', 'contracts', ['services', 'decisions', 'plugins'], 'Contracts are the wire only.'),
    only('services-compose', 'services', ['decisions', 'perception', 'media', 'stores'], 'Services know no wire.'),
    only('perception-states-facts', 'perception', ['decisions', 'media'], 'Perception turns pixels into facts.'),
    only('media-stands-alone', 'media', [], 'Media turns bytes into pixels.'),
    only('stores-stand-alone', 'stores', ['decisions'], 'Stores keep, they do not decide.'),
    {
      name: 'decisions-are-pure',
      comment: 'Decisions import nothing outside themselves: no package, no Node module, no clock.',
      severity: 'error',
      from: { path: '^src/decisions/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^src/decisions/' },
    },
    {
      name: 'perception-reads-facts-only',
      comment: 'Of the decisions, perception speaks only their vocabulary.',
      severity: 'error',
      from: { path: '^src/perception/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/decisions/', pathNot: '^src/decisions/facts\\.ts$' },
    },
    {
      name: 'native-code-stays-in-perception',
      comment: 'ONNX Runtime, sharp and FFmpeg run in the perception processes (the CLI draws with sharp).',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(perception|media|cli)/', '\\.test\\.ts$'] },
      to: { path: 'node_modules/(onnxruntime-node|sharp|node-av)/' },
    },
    {
      name: 'nobody-imports-main',
      severity: 'error',
      from: {},
      to: { path: '^src/main\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphan-imports', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
