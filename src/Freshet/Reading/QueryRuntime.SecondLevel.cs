namespace Freshet;

/// <remarks>What the nodes share behind their memory.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    /// <summary>The second level; null when there is none, or when this query is kept in memory only.</summary>
    public QuerySecondLevel<TArgs, TValue>? SecondLevel { get; private init; }

    public override SecondLevelCounters? SecondLevelCounters => SecondLevel?.Counters;
}
