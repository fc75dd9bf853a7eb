import { parseInterval, unasked, unknownAnswer, type Answer } from '../core/index.ts'
import type { Freshet } from './freshet.ts'

/** What a page that ASP.NET rendered says of a value it brings: `http.Embed(answer)`. The position is as its header says it. */
export interface EmbeddedAnswer extends Omit<Answer, 'stamp' | 'interval'> {
  readonly position: string
}

/** Answers by query hash: what a page that was rendered on the server says of the data it brings. */
export type DehydratedAnswers = Readonly<Record<string, Omit<Answer, 'stamp'> | EmbeddedAnswer>>

/** The answers behind all data, to be sent along with TanStack's `dehydrate`. */
export function dehydrateAnswers({ queryClient, '~recordOf': recordOf }: Freshet): DehydratedAnswers {
  return Object.fromEntries(queryClient.getQueryCache().getAll().flatMap((query) => {
    const { answer } = recordOf(query)
    return answer === unknownAnswer ? [] : [[query.queryHash, answer]]
  }))
}

/** Takes over the answers of {@link dehydrateAnswers}, after TanStack's `hydrate`. Data of which nothing is known stays outdated by anything. */
export function hydrateAnswers({ queryClient, '~recordOf': recordOf, '~client': client }: Freshet, answers: DehydratedAnswers): void {
  for (const [hash, told] of Object.entries(answers)) {
    const query = queryClient.getQueryCache().get(hash)
    if (!query) continue
    const { position, ...rest } = { position: null, ...told }
    const answer: Answer = { interval: parseInterval(position), ...rest, stamp: unasked }
    Object.assign(recordOf(query), { answer, data: query.state.data })
    client.adopt(answer)
  }
}
