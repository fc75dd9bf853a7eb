using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>The keys and channels of a keyspace's log.</summary>
/// <remarks>The braces make a cluster keep all keys of one log in one slot, since a script is atomic within a slot only.</remarks>
internal sealed class LogKeys
{
    public LogKeys(string keyspace)
    {
        var prefix = $"freshet:{{{keyspace}}}:";
        All = [prefix + "log", prefix + "records", prefix + "marks:a", prefix + "marks:b", prefix + "ids:a", prefix + "ids:b", prefix + "holds"];
        Bell = prefix + "bell";
        _acknowledgements = prefix + "ack:";
    }

    private readonly string _acknowledgements;

    /// <summary>In the order in which the scripts take them; the header first.</summary>
    public RedisKey[] All { get; }

    public RedisKey Header => All[0];

    /// <summary>Where appended records are told.</summary>
    public string Bell { get; }

    /// <summary>Where a writer is told who has applied its records.</summary>
    public string Acknowledgements(NodeId writer) => _acknowledgements + writer;
}
