import { notifyManager, type QueryClient } from '@tanstack/query-core'
import type { Answer, FreshnessClient, OnProblem } from '../core/index.ts'
import type { AnyQuery } from './memory.ts'

/** A read of a high query that is shown on screens. */
interface Flight {
  readonly query: AnyQuery
  readonly screens: readonly string[]
  /** How often it was read again to agree with the others. */
  rounds: number
  /** Runs from its first answer on. */
  timer?: ReturnType<typeof setTimeout>
  /** What it brought, while that waits to be shown. */
  arrived?: { readonly answer: Answer; readonly data: unknown; readonly settle: (again: boolean) => void } | undefined
}

/**
 * The longest that an answer waits for the others of its screen, in milliseconds: where data is shown meanwhile, and where there is none
 * yet. Then there is what there is.
 */
export const longestHold = { shown: 3_000, first: 1_000 }

/**
 * Shows the high queries of one screen together, and only as a set that agrees: the highest position at which one was loaded is at
 * most the lowest at which each is known valid. Otherwise "payment succeeded" stands beside "past due" until the other answer comes.
 * Returns what is called when a read begins.
 */
export function createScreens(client: FreshnessClient, queryClient: QueryClient, onProblem: OnProblem) {
  const flights = new Set<Flight>()

  function look(about: Flight, late: boolean): void {
    const set = [...flights].filter(({ screens }) => screens.some((screen) => about.screens.includes(screen)))
    const here = set.filter(({ arrived }) => arrived)
    if (here.length < set.length && !late) return
    const lagging = laggingOf(here)
    if (lagging.length > 0 && !late) {
      // Once what lagged was read again and something else lags: read together they are most likely to agree.
      const again = lagging.some(({ rounds }) => rounds > 0) || here.some(({ rounds }) => rounds > 1) ? here : lagging
      for (const flight of again) {
        flight.rounds++
        flight.arrived!.settle(true)
        flight.arrived = undefined
      }
      return
    }
    if (here.length > 0 && (here.length < set.length || lagging.length > 0)) onProblem('incoherent', about.screens.join())
    // In one batch, so that observers are told in one task and the page is drawn once.
    notifyManager.batch(() => {
      for (const { query, arrived } of here) {
        if (here.length > 1 && query.state.fetchStatus === 'fetching') queryClient.setQueryData(query.queryKey, arrived!.data)
      }
    })
    here.forEach(land)
  }

  function land(flight: Flight): void {
    clearTimeout(flight.timer)
    flights.delete(flight)
    flight.arrived?.settle(false)
  }

  function laggingOf(here: readonly Flight[]): Flight[] {
    const loadedAt = Math.max(...here.flatMap(({ arrived }) => arrived!.answer.interval?.loadedAt ?? []))
    return here.filter(({ arrived }) => {
      const { answer } = arrived!
      // Where nothing is known against it, it is valid up to where the stream has told everything.
      return answer.interval && Math.max(answer.interval.validAt, client.isOutdated(answer) ? 0 : (client.at?.position ?? 0)) < loadedAt
    })
  }

  return (query: AnyQuery, screens: readonly string[]) => {
    // A read that was called off for this one is nobody's any more.
    for (const other of flights) if (other.query === query) land(other)
    const flight: Flight = { query, screens, rounds: 0 }
    flights.add(flight)
    return {
      /** Waits until the answer may be shown. True: the set does not agree, and the answer has to be read again. */
      arrive(data: unknown, answer: Answer): Promise<boolean> {
        flight.timer ??= setTimeout(() => look(flight, true), query.state.data === undefined ? longestHold.first : longestHold.shown)
        return new Promise((settle) => {
          flight.arrived = { answer, data, settle }
          look(flight, false)
        })
      },
      /** The read has ended, however it did: nobody waits for it any longer. */
      end(): void {
        clearTimeout(flight.timer)
        if (flights.delete(flight)) look(flight, false)
      },
    }
  }
}
