namespace Freshet;

/// <summary>What stands in a <see cref="LinkTable"/>, chained through itself: a node of the table's own would cost 48 bytes each.</summary>
internal abstract class Link
{
    /// <summary>The one after it in its chain. Written under the lock of the table's owner, read without one.</summary>
    public Link? Next;

    /// <summary>What decides its chain. Set before anybody can find it, and never again.</summary>
    public uint Hash;
}
