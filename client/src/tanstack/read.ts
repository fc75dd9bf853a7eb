import { bodyOf, combine, type Answer, type Fetch, type FreshnessClient } from '../core/index.ts'
import type { Level } from './levels.ts'
import type { Run } from './screens.ts'

/** What a query function reads with: every answer it gets is remembered for the query. */
export interface Reader {
  /** `fetch`, with the token. */
  readonly fetch: Fetch
  /** `fetch`, with the token, as JSON. Throws `FreshetHttpError` for an answer outside 200 to 299. */
  readonly read: <T>(url: string, init?: RequestInit) => Promise<T>
}

/**
 * Milliseconds before each time that one fetch reads again because its answer turns out to be outdated, where nothing more was
 * invalidated since it was asked for. The first is at once; the others give time to a node that has yet to apply the record, and to a
 * load that replaces a value marked stale, which is served once more meanwhile.
 */
const pauses = [0, 100, 400]

/**
 * Reads, compares, and reads again. This closes the hole that marking queries cannot:
 *   a first read is sent  ->  a mutation's answer invalidates `a`  ->  the read answers old data, with tag `a`.
 * Until it answers nobody knows its tags, so there is nothing to mark; TanStack would keep the old data as fresh.
 * Here the answer is compared on arrival, with the marks as they are then. Reads that are in flight with no observer,
 * or joined by `cancelRefetch: false`, are covered for the same reason.
 *
 * A server that keeps answering old data is asked again no more often than there are {@link pauses}: its answer is shown,
 * and stays outdated, so the next focus or mount asks again. Level low takes the first answer and stays outdated.
 */
export async function readUntilFresh<T>(
  client: FreshnessClient,
  level: Level,
  run: Run,
  onReread: (answer: Answer) => void,
  query: (reader: Reader) => Promise<T>,
): Promise<{ data: T; answer: Answer }> {
  for (let rereads = 0; ; ) {
    const begun = client.begin()
    const answers: Answer[] = []
    const reader: Reader = {
      async fetch(input, init) {
        const response = await client.fetch(input, init)
        answers.push(client.answerOf(response)!)
        return response
      },
      async read<R>(url: string, init?: RequestInit) {
        return bodyOf(await reader.fetch(url, init), init?.method, url) as R
      },
    }
    const data = await query(reader)
    const answer = combine(answers, begun)
    const pause = pauses[rereads]
    if (client.isOutdated(answer) && level !== 'low' && pause !== undefined && !run.isCalledOff()) {
      rereads++
      onReread(answer)
      if (pause && !client.hasMovedSince(answer)) await new Promise((resolve) => setTimeout(resolve, pause))
    } else if (!(await run.arrive(data, answer))) return { data, answer }
  }
}
