import { createHash } from 'node:crypto'
import { reachOf } from './reach.mjs'

/**
 * The generated file for a catalog's JSON: the same text for the same JSON.
 * @param {string} json The document, as docs/catalog-json.md describes it.
 */
export function typescriptOf(json) {
  const catalog = JSON.parse(json)
  if (catalog.format !== 'freshet-catalog') throw new Error("it is no Freshet catalog: 'format' is not 'freshet-catalog'.")
  if (catalog.version !== 1) throw new Error(`it has version ${catalog.version}, and this package knows version 1. Update @freshet/client.`)
  const types = new Types(catalog.schemas ?? {})
  const reach = reachOf(catalog)
  const names = new Names()
  const blocks = [
    ...catalog.events.map((event) => eventType(event, types, names)),
    `/** Everything that can happen. */\nexport type AnyEvent = ${catalog.events.map(({ name }) => names.of(pascal(name), name)).join(' | ') || 'never'}\n`,
    ...catalog.queries.map((query) => queryConstant(query, types, names)),
    ...catalog.mutations.map((mutation) => mutationConstant(mutation, catalog, reach, names)),
    `/** What this file was made from; give it to createFreshet. */\nexport const manifest: Manifest = {\n  catalog: ${text(hashOf(json))},\n  events: ${texts(catalog.events.map(({ name }) => name))},\n}\n`,
  ]
  return `// Written by freshet-generate from the catalog's JSON. Not to be edited.\nimport type { DeclaredMutation, DeclaredQuery, Manifest } from '@freshet/client'\n\n${blocks.join('\n')}`
}

/** As the server hashes the same document for the stream's hello. */
export function hashOf(json) {
  return createHash('sha256').update(json).digest().subarray(0, 8).toString('base64url')
}

function eventType({ name, owner, type, members }, types, names) {
  const known = types.membersOf(type)
  const lines = members.map((member) => `  readonly ${property(member)}: ${known[member] ?? 'unknown'}\n`)
  return `/** ${comment(name)}, of ${comment(owner)}. */\nexport interface ${names.of(pascal(name), name)} {\n  readonly type: ${text(name)}\n${lines.join('')}}\n`
}

function queryConstant({ name, owner, level, arguments: args, value, screens, policy }, types, names) {
  return `/** ${comment(name)}, of ${comment(owner)}. */\nexport const ${names.of(camel(name), `query ${name}`)}: DeclaredQuery<${types.of(args)}, ${types.of(value)}, ${text(level)}> = {\n`
    + `  name: ${text(name)}, level: ${text(level)}, staleTime: ${Math.round(policy.staleTimeSeconds * 1000)}, refetchOnWindowFocus: ${policy.refetchOnFocus},\n`
    + `  screens: ${texts(screens)},\n}\n`
}

function mutationConstant({ name, events }, { queries }, reach, names) {
  const reached = queries.filter((query) => events.some((event) => reach(event, query.name)))
  const high = reached.some(({ level }) => level === 'high')
  return `/** ${comment(name)} */\nexport const ${names.of(camel(name), `mutation ${name}`)}: DeclaredMutation<${high}> = {\n`
    + `  name: ${text(name)}, events: ${texts(events)}, reachesHigh: ${high},\n  reaches: ${texts(reached.map((query) => query.name))},\n}\n`
}

/** Types as TypeScript writes them, from the JSON schemas of the document. */
class Types {
  #schemas
  constructor(schemas) {
    this.#schemas = schemas
  }

  of(type) {
    const schema = this.#schemas[type]
    return schema === undefined ? 'unknown' : this.#typeOf(schema, 0)
  }

  membersOf(type) {
    const { properties = {} } = this.#schemas[type] ?? {}
    return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, this.#typeOf(schema, 0)]))
  }

  #typeOf(schema, depth) {
    if (schema === true || schema === false || schema.$ref || depth > 20) return 'unknown' // a type that contains itself
    if (schema.const !== undefined) return JSON.stringify(schema.const)
    if (schema.enum) return schema.enum.map((value) => (typeof value === 'string' ? text(value) : String(value))).join(' | ')
    const alternatives = schema.anyOf ?? schema.oneOf
    if (alternatives) return [...new Set(alternatives.map((each) => this.#typeOf(each, depth + 1)))].join(' | ')
    const types = [].concat(schema.type ?? [])
    return [...new Set(types.map((type) => this.#plain(type, schema, depth)))].join(' | ') || 'unknown'
  }

  #plain(type, schema, depth) {
    switch (type) {
      case 'integer':
      case 'number': return 'number'
      case 'string':
      case 'boolean':
      case 'null': return type
      case 'array': {
        const item = schema.items === undefined ? 'unknown' : this.#typeOf(schema.items, depth + 1)
        return `readonly ${item.includes('|') || item.startsWith('readonly ') ? `(${item})` : item}[]`
      }
      case 'object': return this.#object(schema, depth)
      default: return 'unknown'
    }
  }

  #object({ properties, additionalProperties }, depth) {
    if (properties) return `{ ${Object.entries(properties).map(([name, schema]) => `readonly ${property(name)}: ${this.#typeOf(schema, depth + 1)}`).join('; ')} }`
    return `{ readonly [key: string]: ${additionalProperties && additionalProperties !== true ? this.#typeOf(additionalProperties, depth + 1) : 'unknown'} }`
  }
}

/** Keeps apart what different declarations would be called alike. */
class Names {
  #taken = new Map()

  of(wanted, declaration) {
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted}${number}`
      const owner = this.#taken.get(name)
      if (owner !== undefined && owner !== declaration) continue
      this.#taken.set(name, declaration)
      return name
    }
  }
}

const words = (name) => name.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
const pascal = (name) => prefixed(words(name).map((word) => word[0].toUpperCase() + word.slice(1)).join(''))
const camel = (name) => {
  const [first = '', ...rest] = words(name)
  return prefixed((/^[A-Z]+$/.test(first) ? first.toLowerCase() : first[0].toLowerCase() + first.slice(1)) + rest.map((word) => word[0].toUpperCase() + word.slice(1)).join(''))
}
const prefixed = (name) => (/^\p{N}/u.test(name) || reserved.has(name) ? `_${name}` : name)
const reserved = new Set(['delete', 'new', 'default', 'class', 'function', 'return', 'import', 'export', 'in', 'for', 'if', 'do', 'var', 'let', 'const', 'switch', 'case', 'void', 'with', 'manifest', 'AnyEvent'])
const text = (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
const texts = (values) => `[${values.map(text).join(', ')}]`
const property = (name) => (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : text(name))
const comment = (value) => String(value ?? '').replaceAll('*/', '* /').replaceAll('\n', ' ')
