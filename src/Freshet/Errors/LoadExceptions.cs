namespace Freshet;

/// <summary>A loader took longer than its query allows. Nothing was stored; what it returns later is dropped.</summary>
public sealed class LoadTimeoutException : FreshetException
{
    internal LoadTimeoutException(string query, TimeSpan limit)
        : base($"The loader of '{query}' did not return within {limit:c}. Look at its source; let the loader pass its CancellationToken on, so that the source is spared; or raise the query's LoadTimeout, in its policy or as Freshet:Policies:{query}:LoadTimeout.")
    {
        Query = query;
        Limit = limit;
    }

    /// <inheritdoc/>
    public override string Code => "load-timeout";

    /// <inheritdoc/>
    public override bool IsTransient => true;

    /// <summary>Name of the cached query.</summary>
    public string Query { get; }

    /// <summary>The limit that was passed.</summary>
    public TimeSpan Limit { get; }
}

/// <summary>A load got no turn at its source: too many of the same query were under way, for too long.</summary>
public sealed class LoadRejectedException : FreshetException
{
    internal LoadRejectedException(string query, int running, int limit)
        : base($"A load of '{query}' got no turn: {running} are at the source, where {limit} may be, and the queue is full or too slow. The source is overloaded or hangs: look at it first. If it can take more, raise the query's MaxConcurrentLoads, in its policy or as Freshet:Policies:{query}:MaxConcurrentLoads.")
    {
        Query = query;
        Running = running;
        Limit = limit;
    }

    /// <inheritdoc/>
    public override string Code => "load-rejected";

    /// <inheritdoc/>
    public override bool IsTransient => true;

    /// <summary>Name of the cached query.</summary>
    public string Query { get; }

    /// <summary>Loads of the query that were at the source.</summary>
    public int Running { get; }

    /// <summary>How many may be.</summary>
    public int Limit { get; }
}

/// <summary>A loader keeps returning a lower version than this node has served already: it reads a replica that lags.</summary>
public sealed class LaggingSourceException : FreshetException
{
    internal LaggingSourceException(string query, long version, long floor)
        : base($"The loader of '{query}' returned version {version} where {floor} was served before, and again when asked again. Let it read the primary, or a replica that has LoadContext.MinimumVersion. If the row was made anew with a lower version, let versions come from a sequence; the old one is forgotten when its time to live ends.")
    {
        Query = query;
        Version = version;
        Floor = floor;
    }

    /// <inheritdoc/>
    public override string Code => "lagging-source";

    /// <inheritdoc/>
    public override bool IsTransient => true;

    /// <summary>Name of the cached query.</summary>
    public string Query { get; }

    /// <summary>The version that came.</summary>
    public long Version { get; }

    /// <summary>The version that was served before.</summary>
    public long Floor { get; }
}

/// <summary>The loader for many arguments left some of them without a value. The values it did return are not stored either.</summary>
public sealed class IncompleteBatchException : FreshetException
{
    internal IncompleteBatchException(string query, int asked, int missing)
        : base($"The loader of '{query}' was asked for {asked} values and left out {missing}. Return one for every argument; for what does not exist, make the value nullable and return null.")
    {
        Query = query;
        Asked = asked;
        Missing = missing;
    }

    /// <inheritdoc/>
    public override string Code => "incomplete-batch";

    /// <summary>Name of the cached query.</summary>
    public string Query { get; }

    /// <summary>Number of arguments the loader was given.</summary>
    public int Asked { get; }

    /// <summary>Number of arguments without a value.</summary>
    public int Missing { get; }
}

/// <summary>A value cannot be written through: the cache could not tell what outdates it, or which of two writes is the newer.</summary>
public sealed class WriteThroughException : FreshetException
{
    internal WriteThroughException(string query, string why, string wayOut)
        : base($"'{query}' cannot be written through: {why}. {wayOut}") => Query = query;

    /// <inheritdoc/>
    public override string Code => "write-through";

    /// <summary>Name of the cached query.</summary>
    public string Query { get; }
}
