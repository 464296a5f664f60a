/**
 * YAML text → document and plain value. A small YAML: one document, string keys, no tags, no merge keys,
 * no directives. What is beyond that is refused, since editors, schemas and people read it in different ways.
 */
import {
  isAlias,
  isMap,
  isScalar,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLError,
} from 'yaml'
import { createDiagnostic, hasErrors, type Diagnostic } from '../diagnostics/diagnostic.ts'
import { quote } from '../diagnostics/quote.ts'

export interface ParsedYaml {
  document: Document
  /** Undefined when there is an error among the diagnostics. */
  value: unknown
  diagnostics: Diagnostic[]
}

/** How many nodes aliases may add up to; a policy has no use for more. */
const MAX_ALIASES = 100

/** Never throws: whatever the text is, the answer is a document, diagnostics, or both. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true })
  const diagnostics = [...fromYamlErrors(document, file), ...unsupported(document, file)]
  if (diagnostics.length === 0) diagnostics.push(...badAliases(document, file))
  if (hasErrors(diagnostics)) return { document, value: undefined, diagnostics }
  try {
    return { document, value: document.toJS({ maxAliasCount: MAX_ALIASES }), diagnostics }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    const span = { file, start: 0, end: 0 }
    const message = 'aliases multiply to too many values'
    return { document, value: undefined, diagnostics: [createDiagnostic('yaml/alias', message, { span })] }
  }
}

/** The first syntax error (later ones follow from it) and every duplicate key. */
function fromYamlErrors(document: Document, file: string): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  let syntaxSeen = false
  for (const error of document.errors) {
    if (error.code === 'DUPLICATE_KEY') diagnostics.push(duplicateKey(document, file, error))
    else if (!syntaxSeen) {
      syntaxSeen = true
      diagnostics.push(fromYamlError(error, file))
    }
  }
  return diagnostics
}

/** Help for what people trip over, by error code of the yaml library. */
const HELP: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: "a `*` begins an alias in YAML; for all models write `'*'`, in quotes",
  BAD_INDENT: 'check the indentation, and that every bracket is closed',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put a value that contains `: ` in quotes',
  MISSING_CHAR: 'check quotes, colons and brackets up to here',
  TAB_AS_INDENT: 'indent with spaces',
}

function fromYamlError(error: YAMLError, file: string): Diagnostic {
  const span = { file, start: error.pos[0], end: error.pos[1] }
  if (error.code === 'MULTIPLE_DOCS') {
    return createDiagnostic('yaml/unsupported', 'a policy file holds one YAML document', {
      span: { ...span, end: span.start },
      label: 'a second one begins here',
      help: 'remove the `---` or `...` before it',
    })
  }
  if (error.code === 'RESOURCE_EXHAUSTION') {
    return createDiagnostic('yaml/syntax', 'the file is nested too deeply', { span })
  }
  const code = error.code === 'BAD_ALIAS' ? 'yaml/alias' : 'yaml/syntax'
  const message = error.message.charAt(0).toLowerCase() + error.message.slice(1).replace(/\.$/, '')
  return createDiagnostic(code, message, { span, help: HELP[error.code] })
}

function duplicateKey(document: Document, file: string, error: YAMLError): Diagnostic {
  const [at] = error.pos
  let name = ''
  let first: Node | undefined
  let end = error.pos[1]
  visit(document, {
    Map(_, map) {
      const keys = map.items.map((pair) => pair.key).filter((key) => isScalar(key))
      const second = keys.find((key) => key.range?.[0] === at)
      if (!second) return undefined
      name = String(second.value)
      first = keys.find((key) => key.value === second.value)
      end = second.range?.[1] ?? end
      return visit.BREAK
    },
  })
  const span = { file, start: at, end }
  const secondary = first?.range ? [{ span: rangeOf(first, file), text: 'first written here' }] : []
  return createDiagnostic('yaml/duplicate-key', `the key ${quote(name)} is written twice`, {
    span,
    label: 'again here',
    secondary,
    help: 'remove one of them, or merge the two',
  })
}

/** Tags, merge keys, directives, and `__proto__` as a key: each an error of its own. */
function unsupported(document: Document, file: string): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const report = (span: { start: number; end: number }, message: string, help: string): void => {
    diagnostics.push(createDiagnostic('yaml/unsupported', message, { span: { file, ...span }, help }))
  }
  if (document.directives?.docStart === true && hasDirectives(document)) {
    report(
      { start: 0, end: 0 },
      'YAML directives are not used in policies',
      'remove the lines that begin with `%`',
    )
  }
  visit(document, {
    Node(_, node) {
      // An alias has no tag of its own; `!` alone only forces a string, but is a tag too.
      if (isAlias(node) || node.tag === undefined) return
      report(
        rangeOf(node, file),
        'YAML tags are not used in policies',
        'remove the word that begins with `!`',
      )
    },
    Pair(_, { key }) {
      if (!isScalar(key)) return
      if (key.value === '<<') {
        report(rangeOf(key, file), 'merge keys (`<<`) are not used in policies', 'write the keys out')
      } else if (key.value === '__proto__') {
        report(rangeOf(key, file), '`__proto__` cannot be a key', 'choose another name')
      }
    },
  })
  return diagnostics
}

function hasDirectives(document: Document): boolean {
  const { yaml } = document.directives ?? {}
  return yaml?.explicit === true || document.warnings.some(({ code }) => code === 'BAD_DIRECTIVE')
}

/** Aliases without an anchor before them, and aliases inside of what they stand for. */
function badAliases(document: Document, file: string): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  visit(document, {
    Alias(_, alias, ancestors) {
      const target = alias.resolve(document)
      const name = quote(`*${alias.source}`)
      const span = rangeOf(alias, file)
      if (target === undefined) {
        diagnostics.push(
          createDiagnostic('yaml/alias', `the alias ${name} has no anchor before it`, {
            span,
            help: `define it with ${quote(`&${alias.source}`)} further up, or put the value in quotes`,
          }),
        )
      } else if (ancestors.includes(target)) {
        diagnostics.push(
          createDiagnostic('yaml/alias', `the alias ${name} stands inside of what it stands for`, { span }),
        )
      }
    },
  })
  return diagnostics
}

/** A node's own text without comments and space behind it; of a mapping its beginning. */
function rangeOf(node: Node, file: string): { file: string; start: number; end: number } {
  const [start, end] = node.range ?? [0, 0]
  return { file, start, end: isMap(node) ? Math.min(end, start + 1) : end }
}
