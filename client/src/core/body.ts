import { FreshetHttpError } from './error.ts'
import { parsed } from './wire.ts'

/**
 * The body of a good answer: JSON, or `null` when there is none.
 * @throws FreshetHttpError for an answer outside 200 to 299.
 */
export async function bodyOf(response: Response, method = 'GET', url: string): Promise<unknown> {
  const text = await response.text()
  if (response.ok) return text ? JSON.parse(text) : null
  // Without the query string: it may hold personal data.
  throw new FreshetHttpError(`${method} ${url.split('?')[0]}`, response, parsed(text))
}
