using System.Collections;

namespace Freshet;

/// <summary>The queries at work in one application: those of its catalogs, and those that are made while it runs.</summary>
internal sealed class RuntimeList(IEnumerable<QueryRuntime> declared) : IReadOnlyCollection<QueryRuntime>
{
    private readonly Lock _gate = new();
    private volatile QueryRuntime[] _all = [.. declared]; // replaced, never changed

    public int Count => _all.Length;

    public void Add(QueryRuntime runtime)
    {
        lock (_gate) _all = [.. _all, runtime];
    }

    public IEnumerator<QueryRuntime> GetEnumerator() => ((IEnumerable<QueryRuntime>)_all).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
