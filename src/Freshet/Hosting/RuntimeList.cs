using System.Collections;

namespace Freshet;

/// <summary>The queries at work in one application: those of its catalogs, and those that are made while it runs.</summary>
internal sealed class RuntimeList(IEnumerable<QueryRuntime> declared) : IReadOnlyCollection<QueryRuntime>
{
    private readonly Lock _gate = new();
    private readonly List<Action<QueryRuntime>> _actions = []; // guarded by _gate
    private volatile QueryRuntime[] _all = [.. declared]; // replaced, never changed

    public int Count => _all.Length;

    public void Add(QueryRuntime runtime)
    {
        lock (_gate)
        {
            foreach (var action in _actions) action(runtime);
            _all = [.. _all, runtime];
        }
    }

    /// <summary>Does something to each, and to each that is added later before it is put to work.</summary>
    public void ForEach(Action<QueryRuntime> action)
    {
        lock (_gate)
        {
            foreach (var runtime in _all) action(runtime);
            _actions.Add(action);
        }
    }

    public IEnumerator<QueryRuntime> GetEnumerator() => ((IEnumerable<QueryRuntime>)_all).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
