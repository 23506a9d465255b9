import js from '@eslint/js';
import {defineConfig, globalIgnores} from 'eslint/config';
import {createNodeResolver, importX} from 'eslint-plugin-import-x';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The interface of data sets, where they come from, and files of core that are plain types: open to every floor. */
const PLAIN = [
  'datasets/dataset.ts',
  'datasets/source.ts',
  'core/model/config.ts',
  'core/training/report.ts',
  'core/training/evaluation.ts',
  'core/engine/protocol.ts',
];

/**
 * What the files of a folder may import of this project, next to each other.
 *
 * Floors: components → core → datasets, one way. Inside core a layer uses the ones under it:
 * engine → training → weights → model → nn → kernels. The graph and linear stand apart, and only
 * the session knows both the graph and the engine's client.
 */
const LAYERS = {
  datasets: [],
  core: ['datasets'],
  'core/graph': [],
  'core/linear': [],
  'core/kernels': ['datasets'],
  'core/nn': ['datasets', 'core/kernels'],
  'core/model': ['datasets', 'core/kernels', 'core/nn'],
  'core/weights': ['datasets', 'core/kernels', 'core/nn', 'core/model'],
  'core/training': [
    'datasets',
    'core/linear',
    'core/kernels',
    'core/nn',
    'core/model',
    'core/weights',
  ],
  'core/verify': [
    'datasets',
    'core/kernels',
    'core/nn',
    'core/model',
    'core/weights',
    'core/training',
  ],
  'core/engine': [
    'datasets',
    'core/kernels',
    'core/nn',
    'core/model',
    'core/weights',
    'core/training',
  ],
  'core/session': [
    ...PLAIN,
    'datasets/random.ts',
    'core/graph',
    'core/linear',
    'core/engine/client.ts',
    'core/engine/bitmaps.ts',
  ],
  components: [...PLAIN, 'core/graph', 'core/session', 'core/engine/client.ts'],
  cli: [
    'core',
    'datasets',
    'components/figure-3-drawing.ts',
    'components/mask-figures.ts',
    'components/picture-figure-drawing.ts',
    'scripts/find-browser.ts',
  ],
  bench: ['core', 'datasets', 'cli/in-browser.ts', 'cli/options.ts', 'cli/webgpu.ts'],
};

/** Packages that a floor must not know. */
const TENSORS = {
  group: ['@tensorflow/*'],
  message: 'Tensors live in core, behind the engine; ask the engine for plain data.',
};
const ELEMENTS = {
  group: ['lit', 'lit/*', '@lit-labs/*', 'd3', 'd3-*'],
  message: 'Elements and charts live in components.',
};

/** What a test must not be committed with: it would keep the others from running. */
const FOCUSED_TESTS = ['describe', 'it', 'test', 'context', 'suite'].map(object => ({
  object,
  property: 'only',
  message: 'It keeps all other tests from running.',
}));

export default defineConfig(
  globalIgnores([
    'dist/',
    'coverage/',
    '.cache/',
    'public/',
    '**/generated/',
    'core/kernels/assembly/',
  ]),
  {linterOptions: {reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error'}},
  js.configs.recommended,
  importX.flatConfigs.typescript,
  {
    plugins: {'import-x': importX},
    languageOptions: {globals: {...globals.browser, ...globals.node}},
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.js', '.json'],
          // Sources import each other by the name that the compiled file would have.
          extensionAlias: {'.js': ['.ts', '.js']},
          conditionNames: ['types', 'import', 'browser', 'default'],
        }),
      ],
    },
    rules: {
      eqeqeq: 'error',
      'no-restricted-properties': ['error', ...FOCUSED_TESTS],
      'import-x/first': 'error',
      'import-x/no-cycle': ['error', {ignoreExternal: true}],
      'import-x/no-default-export': 'error',
      'import-x/no-duplicates': 'error',
      'import-x/no-extraneous-dependencies': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: Object.entries(LAYERS).map(([folder, allowed]) => ({
            target: folder,
            from: '.',
            except: ['node_modules', folder, ...allowed],
            message: `${folder} may import ${allowed.join(', ') || 'nothing'} of this project.`,
          })),
        },
      ],
      // An import that cannot be resolved would slip through the layers; `?url` is Vite's.
      'import-x/no-unresolved': ['error', {ignore: ['\\?']}],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', {disallowTypeAnnotations: false}],
      // tfjs's operations return the rank that is asked for, and `as` is how its readers know it.
      '@typescript-eslint/no-unnecessary-type-assertion': [
        'error',
        {typesToIgnore: ['Tensor1D', 'Tensor2D', 'Tensor3D', 'Tensor4D']},
      ],
      '@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_'}],
      '@typescript-eslint/parameter-properties': 'error',
      // `signal.reason` may be anything.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        {allowThrowingAny: true, allowThrowingUnknown: true},
      ],
      // An interface may ask for a promise where there is nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Errors end with the value that they got; objects are still caught by no-base-to-string.
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        {considerDefaultExhaustiveForUnions: true},
      ],
      'no-restricted-syntax': [
        'error',
        {selector: 'TSEnumDeclaration', message: 'Write a union of literals.'},
      ],
    },
  },
  {
    files: ['components/**', 'core/graph/**', 'core/linear/**', 'core/session/**', 'datasets/**'],
    rules: {'no-restricted-imports': ['error', {patterns: [TENSORS]}]},
  },
  {
    files: ['core/**', 'cli/**', 'bench/**'],
    ignores: ['core/graph/**', 'core/linear/**', 'core/session/**'],
    rules: {'no-restricted-imports': ['error', {patterns: [ELEMENTS]}]},
  },
  {
    files: ['core/graph/**', 'core/linear/**', 'core/session/**', 'datasets/**'],
    rules: {'no-restricted-imports': ['error', {patterns: [TENSORS, ELEMENTS]}]},
  },
  {
    files: ['components/**/*.ts'],
    // Lit binds the listeners of a template to the element.
    rules: {'@typescript-eslint/unbound-method': 'off'},
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Chai's assertions are properties.
      '@typescript-eslint/no-unused-expressions': 'off',
      // A test of what becomes of an error may throw anything.
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            // Its plug-ins' types promise a result from `equal`, for snapshots alone.
            {from: 'package', package: 'chai', name: 'Equal'},
            // Node's runner awaits its tests by itself.
            {from: 'package', package: 'node:test', name: ['describe', 'it', 'test', 'suite']},
          ],
        },
      ],
    },
  },
  {files: ['*.config.{js,ts}'], rules: {'import-x/no-default-export': 'off'}}
);
