import type { FollowedQuery } from '@freshet/client'

/** A panel that followed, and how long it took in this tab. */
export function Followed({ followed: { queryKey, how, settled } }: { followed: FollowedQuery }) {
  const name = String(queryKey[0])
  if (how === 'marked-stale') return <li className="followed waiting">{name} <span>marked stale</span></li>
  if (!settled) return <li className="followed waiting">{name} <span>reading</span></li>
  const took = `${settled.milliseconds < 10 ? settled.milliseconds.toFixed(1) : Math.round(settled.milliseconds)} ms`
  return <li className={`followed ${settled.outcome}`}>{name} <span>{settled.outcome === 'fresh' ? took : settled.outcome}</span></li>
}
