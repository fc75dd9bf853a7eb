import { notifyManager, type QueryClient } from '@tanstack/query-core'
import type { Answer, FreshnessClient, Interval, OnProblem } from '../core/index.ts'
import { metaOf, type AnyQuery, type RecordOf } from './memory.ts'

/** A run of a query function, from its beginning to its end. */
export interface Run {
  /** True once the query function was run again: the fetch of this run was cancelled, and TanStack will drop its data. */
  isCalledOff(): boolean
  /** Waits until the answer may be shown. True: the screen's set does not agree, and the answer has to be read again. */
  arrive(data: unknown, answer: Answer): Promise<boolean> | false
  /** It has ended, however it did: nobody waits for it any longer. */
  end(): void
}

/** A run as the others of its screens see it. */
export interface Flight extends Run {
  readonly query: AnyQuery
  /** Those on which a high query is shown together with others. */
  readonly screens: readonly string[]
  /** How often it was read again to agree with the others. */
  rounds: number
  /** 1 once its time to wait for slow ones is over, 2 once that to wait for a set that does not agree is. */
  late: number
  /** Runs from its first answer on. */
  timer?: ReturnType<typeof setTimeout>
  /** What it brought. */
  answer?: Answer
  data?: unknown
  /** Ends its waiting to be shown; undefined while it does not wait. */
  settle?: ((again: boolean) => void) | undefined
}

/**
 * Shows the high queries of one screen together, and only as a set that agrees: the highest position at which one was loaded is at
 * most the lowest at which each is known valid. Otherwise "payment succeeded" stands beside "past due" until the other answer comes.
 * Returns what is called when a query function begins to run.
 */
export function createScreens(client: FreshnessClient, queryClient: QueryClient, recordOf: RecordOf, onProblem: OnProblem) {
  const flights = new Set<Flight>()

  function look(about: Flight): void {
    const isBeside = (screens?: readonly string[]) => screens?.some((screen) => about.screens.includes(screen))
    const set = [...flights].filter(({ screens }) => isBeside(screens))
    const late = about.late > (set.some(({ rounds }) => rounds > 0) ? 1 : 0)
    const here = set.filter((flight): flight is Flight & { answer: Answer } => !!flight.settle)
    if (here.length === 0 || (here.length < set.length && !late)) return
    const shown = queryClient.getQueryCache().getAll()
      .filter((query) => isBeside(metaOf(query)?.screens) && query.isActive() && query.state.fetchStatus === 'idle')
    const loadedAt = Math.max(...here.map(({ answer: { interval } }) => (interval && isSettled(interval) ? interval.loadedAt : 0)))
    const lags = (answer: Answer) => {
      const { interval } = answer
      // Where nothing is known against it, it is valid up to where the stream has told everything.
      const heard = (!client.isOutdated(answer) && client.at?.position) || 0
      return interval && (!isSettled(interval) || Math.max(interval.validAt, heard) < loadedAt)
    }
    // One part alone contradicts nothing.
    const lagging = here.length + shown.length > 1 ? here.filter(({ answer }) => lags(answer)) : []
    // What nobody reads just now has not been told of what the others were read after. What fails is being read until that is over, and holds nobody up.
    const behind = shown.filter((query) => lags(recordOf(query).answer))
    const disagrees = lagging.length + behind.length > 0
    if (!late && disagrees) {
      for (const query of behind) query.fetch().catch(() => {})
      // Once what lagged was read again and something else lags: read together they are most likely to agree.
      const again = lagging.some(({ rounds }) => rounds > 0) || here.some(({ rounds }) => rounds > 1) ? here : lagging
      again.forEach(readAgain)
      return
    }
    if (here.length < set.length || disagrees) onProblem('incoherent', about.screens.join())
    // In one batch, so that observers are told in one task and the page is drawn once.
    notifyManager.batch(() => {
      for (const { query, data } of here) if (here.length > 1 && query.state.fetchStatus === 'fetching') queryClient.setQueryData(query.queryKey, data)
    })
    here.forEach(land)
  }

  function readAgain(flight: Flight): void {
    const { settle } = flight
    const now = () => {
      if (flight.settle !== settle) return
      flight.settle = undefined
      settle!(true)
    }
    // At once, then with pauses, in which it still may be shown: a write may be on its way for long.
    if (++flight.rounds > 3) setTimeout(now, 25 * flight.rounds)
    else now()
  }

  /** Shows what it brought, and has nobody wait for it any longer. False if nobody does. */
  function land(flight: Flight): boolean {
    clearTimeout(flight.timer)
    flight.settle?.(false)
    return flights.delete(flight)
  }

  return (query: AnyQuery, screens: readonly string[] = []): Run => {
    const record = recordOf(query)
    const flight: Flight = {
      query, screens, rounds: 0, late: 0,
      isCalledOff: () => record.run !== flight,

      arrive(data, answer) {
        if (flight.isCalledOff() || screens.length === 0) return false
        // Three seconds at most where data is shown meanwhile, one where there is none yet; then there is what there is. Ten where they are
        // known to contradict each other, which what is shown meanwhile does not.
        const isFirst = query.state.data === undefined
        const wait = (milliseconds: number) => {
          flight.timer = setTimeout(() => {
            flight.late += isFirst ? 2 : 1
            wait(7_000)
            look(flight)
          }, milliseconds)
        }
        if (!flight.timer) wait(isFirst ? 1_000 : 3_000)
        return new Promise((settle) => {
          flight.answer = answer
          flight.data = data
          flight.settle = settle
          look(flight)
        })
      },

      end() {
        if (land(flight)) look(flight)
      },
    }
    // A run that is called off for this one is nobody's any more.
    if (record.run) land(record.run)
    record.run = flight
    flights.add(flight)
    return flight
  }
}

// Of what was read while a write was on its way, or is made of parts that do not agree, no position says what it shows.
const isSettled = ({ loadedAt, validAt }: Interval) => loadedAt <= validAt
