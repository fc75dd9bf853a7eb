namespace Freshet;

/// <summary>What a loader of many values may say about each of them.</summary>
/// <typeparam name="TArgs">The query's arguments.</typeparam>
public sealed class BatchContext<TArgs> where TArgs : notnull
{
    private readonly Dictionary<TArgs, LoadContext> _contexts;

    internal BatchContext(IEnumerable<KeyValuePair<TArgs, LoadContext>> contexts) => _contexts = new(contexts);

    /// <summary>The context of one value: to add tags found in it, shorten its life or refuse to store it.</summary>
    /// <exception cref="KeyNotFoundException">The loader was not asked for these arguments.</exception>
    public LoadContext this[TArgs args] => _contexts[args];
}
