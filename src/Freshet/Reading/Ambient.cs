namespace Freshet;

/// <summary>What surrounds a call: the action it writes under, the load it reads for, the read scope that notes its answers. Flows with the asynchronous call.</summary>
internal sealed class Ambient
{
    private static readonly AsyncLocal<Ambient?> _current = new();
    private readonly Ambient? _outer;

    private Ambient(Ambient? outer, FreshetAction? action, LoadContext? load, ReadScope? scope)
    {
        _outer = outer;
        Action = action;
        Load = load;
        Scope = scope;
    }

    public static Ambient? Current => _current.Value;

    public FreshetAction? Action { get; }

    public LoadContext? Load { get; }

    public ReadScope? Scope { get; }

    /// <summary>Opens a surrounding within the present one, for this asynchronous call and those it makes.</summary>
    public static Ambient Enter(FreshetAction? action = null, ReadScope? scope = null)
    {
        var outer = _current.Value;
        return _current.Value = new Ambient(outer, action ?? outer?.Action, outer?.Load, scope ?? outer?.Scope);
    }

    /// <summary>Opens the surrounding of a load: nothing of whoever asked for it, since others may join.</summary>
    public static void EnterLoad(LoadContext load) => _current.Value = new Ambient(null, null, load, null);

    /// <summary>Goes back to what was before, unless something else was opened since and is still open.</summary>
    public void Leave()
    {
        if (ReferenceEquals(_current.Value, this)) _current.Value = _outer;
    }
}
