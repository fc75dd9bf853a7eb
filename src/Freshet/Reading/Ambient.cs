namespace Freshet;

/// <summary>What surrounds a call: the actions it writes under, the load it reads for, the read scopes that note its answers. Flows with the asynchronous call, innermost first.</summary>
/// <remarks>
/// Each knows which application opened it, because a process may hold several, and whether it has ended, because an asynchronous
/// flow may outlive it: a helper that completes an action cannot take it out of its caller's flow, scopes may be closed in another
/// order than they were opened, and work started by a loader or a request goes on after it. What has ended is passed over.
/// </remarks>
internal sealed class Ambient
{
    private static readonly AsyncLocal<object?> _current = new(); // one of these, or a load itself: the outermost there is, and what few loaders ask for is made when one does
    private readonly Ambient? _outer;
    private readonly IFreshet _owner;
    private readonly object _opener; // an action, a load or a read scope
    private volatile bool _ended;

    private Ambient(Ambient? outer, IFreshet owner, object opener)
    {
        _outer = outer;
        _owner = owner;
        _opener = opener;
    }

    /// <summary>The innermost that has not ended; null outside any.</summary>
    public static Ambient? Current => _current.Value is { } at ? Living(At(at)) : null; // mostly null, and every hit asks

    /// <summary>Set when an action opened this one.</summary>
    public FreshetAction? Action => _opener as FreshetAction;

    /// <summary>Set when a load opened this one.</summary>
    public LoadContext? Load => _opener as LoadContext;

    /// <summary>Set when a read scope opened this one.</summary>
    public ReadScope? Scope => _opener as ReadScope;

    /// <summary>The next one outwards that has not ended.</summary>
    public Ambient? Outer => Living(_outer);

    public static Ambient Enter(IFreshet owner, FreshetAction action) => Enter(new Ambient(Current, owner, action));

    public static Ambient Enter(IFreshet owner, ReadScope scope) => Enter(new Ambient(Current, owner, scope));

    /// <summary>Opens the surrounding of a load: nothing of whoever asked for it, since others may join. It ends with <see cref="LoadContext.LeaveFlow"/>.</summary>
    public static void EnterLoad(LoadContext load) => _current.Value = load;

    /// <summary>What a load surrounds its loader with.</summary>
    public static Ambient Of(LoadContext load, IFreshet owner) => new(null, owner, load);

    /// <summary>The innermost action of an application.</summary>
    public static FreshetAction? ActionOf(IFreshet owner)
    {
        for (var at = Current; at is not null; at = at.Outer)
        {
            if (at.Action is not null && ReferenceEquals(at._owner, owner)) return at.Action;
        }
        return null;
    }

    /// <summary>All actions of an application that this call is in, innermost first.</summary>
    public static IEnumerable<FreshetAction> ActionsOf(IFreshet owner)
    {
        for (var at = Current; at is not null; at = at.Outer)
        {
            if (at.Action is not null && ReferenceEquals(at._owner, owner)) yield return at.Action;
        }
    }

    /// <summary>The action this flow was in last, though it has ended: to say so, rather than that there never was one.</summary>
    public static FreshetAction? EndedActionOf(IFreshet owner)
    {
        for (var at = Innermost; at is not null; at = at._outer)
        {
            if (at is { HasEnded: true, Action: not null } && ReferenceEquals(at._owner, owner)) return at.Action;
        }
        return null;
    }

    /// <summary>The load of an application that this call is part of.</summary>
    public static LoadContext? LoadOf(IFreshet owner)
    {
        for (var at = Current; at is not null; at = at.Outer)
        {
            if (at.Load is not null && ReferenceEquals(at._owner, owner)) return at.Load;
        }
        return null;
    }

    /// <summary>The render that this call is part of, of an output that is to be stored.</summary>
    public static Rendering? RenderingOf(IFreshet owner)
    {
        for (var at = Current; at is not null; at = at.Outer)
        {
            if (at.Scope?.Rendering is { } rendering && ReferenceEquals(at._owner, owner)) return rendering;
        }
        return null;
    }

    /// <summary>Whether it belongs to an application.</summary>
    public bool IsOf(IFreshet owner) => ReferenceEquals(_owner, owner);

    /// <summary>Ends it, wherever the flow is by now.</summary>
    public void Leave()
    {
        _ended = true;
        _current.Value = Living(Innermost);
    }

    private bool HasEnded => _ended || _opener is LoadContext { HasLeftFlow: true };

    private static Ambient? Innermost => _current.Value is { } at ? At(at) : null;

    private static Ambient At(object place) => place as Ambient ?? ((LoadContext)place).Surrounding;

    private static Ambient Enter(Ambient ambient)
    {
        _current.Value = ambient;
        return ambient;
    }

    private static Ambient? Living(Ambient? at)
    {
        while (at is { HasEnded: true }) at = at._outer;
        return at;
    }
}
