import type { UsageChart } from '../api/growthTypes.ts'
import { count, day } from '../parts/format.ts'
import { plotOf } from './plot.ts'

const size = { width: 340, height: 132, left: 44, bottom: 18 }

/** Usage by day, and the line of an even share of the allowance. */
export function UsagePlot({ chart: { days, includedUnits, usedUnits } }: { chart: UsageChart }) {
  const { bars, lines, share } = plotOf(days, includedUnits, size)
  const base = size.height - size.bottom
  return (
    <svg className="plot" viewBox={`0 0 ${size.width} ${size.height}`} role="img"
      aria-label={`${count(usedUnits)} of ${count(includedUnits)} units in ${days.length} days`}>
      {lines.map(({ units, y }) => (
        <g key={units} className="line">
          <line x1={size.left} x2={size.width} y1={y} y2={y} />
          <text x={size.left - 6} y={Math.max(y, 8)} textAnchor="end" dominantBaseline="central">{count(units)}</text>
        </g>
      ))}
      {bars.map((bar) => (
        <rect key={bar.day} className={bar.units > share.units ? 'bar above' : 'bar'} x={bar.x} y={bar.y} width={bar.width} height={bar.height}>
          <title>{`${day(bar.day)}: ${count(bar.units)} units`}</title>
        </rect>
      ))}
      <line className="share" x1={size.left} x2={size.width} y1={share.y} y2={share.y}>
        <title>{`An even share of the allowance: ${count(Math.round(share.units))} units a day`}</title>
      </line>
      {days.length > 0 && (
        <g className="days">
          <text x={size.left} y={base + 12}>{day(days[0]!.day)}</text>
          <text x={size.width} y={base + 12} textAnchor="end">{day(days.at(-1)!.day)}</text>
        </g>
      )}
    </svg>
  )
}
