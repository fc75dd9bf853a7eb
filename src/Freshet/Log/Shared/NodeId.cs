namespace Freshet;

/// <summary>Identity of one process incarnation: random at every start, so that what a dead process left behind is never taken for its successor's (PROTOCOL 21).</summary>
internal readonly record struct NodeId(Guid Value)
{
#pragma warning disable RS0030 // Random once per process: a name or number could return.
    public static NodeId Create() => new(Guid.NewGuid());
#pragma warning restore RS0030

    public override string ToString() => Value.ToString("N");
}
