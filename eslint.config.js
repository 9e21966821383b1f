import vue from 'eslint-plugin-vue'
import typescript from 'typescript-eslint'

/** Types that say of a value that the guard has let it pass. */
const BRANDED = '/^(Publishable|GuardDecision|LiveDecision)$/'

export default typescript.config(
  { ignores: ['node_modules/', 'var/', '**/dist/', 'docs/', 'models/load-flow/kernel/assembly/'] },
  ...typescript.configs.recommended,
  ...vue.configs['flat/essential'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: typescript.parser } } },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
      // A string that becomes HTML is how a name of a shop becomes a script.
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'off',
    },
  },
  {
    // What the public may see is decided in one room. A cast to its brand anywhere else would go around it.
    files: ['**/*.ts', '**/*.vue'],
    ignores: ['models/disclosure/**'],
    rules: {
      'no-restricted-syntax': ['error', ...['TSAsExpression', 'TSTypeAssertion'].map((cast) => ({
        selector: [`TSTypeReference[typeName.name=${BRANDED}]`, `TSImportType[qualifier.name=${BRANDED}]`].flatMap((type) => [`${cast} > ${type}.typeAnnotation`, `${cast} > .typeAnnotation ${type}`]).join(),
        message: 'Only models/disclosure makes what is publishable.',
      }))],
    },
  },
)
