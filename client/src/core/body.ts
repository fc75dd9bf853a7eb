import { FreshetHttpError } from './error.ts'

/**
 * The body of a good answer: JSON, or `null` when there is none.
 * @throws FreshetHttpError for an answer outside 200 to 299.
 */
export async function bodyOf(response: Response, request: string): Promise<unknown> {
  const text = await response.text()
  if (response.ok) return text === '' ? null : JSON.parse(text)
  throw new FreshetHttpError(request, response, parsed(text))
}

/** Names a request in messages: method and path, without the query string. */
export function nameOf(method: string, url: string): string {
  return `${method} ${url.split('?')[0]}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // an error page of a proxy: shown as it is
  }
}
