import type { Level, Policy } from './levels.ts'

/** A cached query as the generated file declares it. The types are of its arguments and its value; nothing of them is there at run time. */
export interface DeclaredQuery<TArgs, TData, TLevel extends Level = Level> extends Policy {
  readonly name: string
  readonly level: TLevel
  /** The screens it is shown on. High queries of one screen are shown together. */
  readonly screens: readonly string[]
  /** Never there. */
  readonly '~types'?: { readonly args: TArgs; readonly data: TData }
}

/** What a declared query answers. */
export type DataOf<T> = T extends DeclaredQuery<any, infer TData, any> ? TData : never

/** A mutation as the generated file declares it. */
export interface DeclaredMutation<TReachesHigh extends boolean = boolean> {
  /** As the server calls it: `POST /invoices/{id}/pay`. */
  readonly name: string
  readonly events: readonly string[]
  /** Names of the cached queries its events reach. */
  readonly reaches: readonly string[]
  /** Whether a high query is among them. Then nothing is shown before the server has answered. */
  readonly reachesHigh: TReachesHigh
}

/** What the generated file was made from. */
export interface Manifest {
  /** Hash of the catalog's JSON. */
  readonly catalog: string
  /** Names of all events. */
  readonly events: readonly string[]
}
