namespace Freshet;

internal sealed partial class FreshetService
{
    private const string UseRevalidate =
        "RevalidateTag(tag, profile), or RevalidateTag(tag, Expire.Now) where not even one stale answer can be afforded,";

    public FreshetAction BeginUserAction(string name, string? actor = null) => Begin(TriggerKind.UserAction, name, actor, null);

    public FreshetAction BeginWebhook(string name, string? actor = null) => Begin(TriggerKind.Webhook, name, actor, null);

    public FreshetAction BeginJob(string name, string? actor = null) => Begin(TriggerKind.Job, name, actor, null);

    public FreshetAction BeginOperator(string name, string actor, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return Begin(TriggerKind.Operator, name, actor, reason);
    }

    public void Raise<TEvent>(TEvent raised) where TEvent : notnull
    {
        ArgumentNullException.ThrowIfNull(raised);
        var action = RequireAction(nameof(Raise));
        var declared = Catalog.EventFor<TEvent>();
        var (kind, deadline) = ByTrigger(action.Trigger, declared.Profile);
        action.Record(new RecordDraft(RecordId.Next(), nameof(Raise), declared.Name, raised, InvalidationsOf(declared, raised, kind, deadline), action.Reason) { EventData = DataOf(declared.Name, raised) });
    }

    /// <summary>What an outbox keeps of an event, made at once: what cannot be kept must not be found out after the commit.</summary>
    private string? DataOf(string name, object raised)
    {
        if (_events is null) return null;
        try
        {
            return _events.Of(raised) ?? throw new EventNotWritableException(name, raised.GetType(), inner: null);
        }
#pragma warning disable CA1031 // Whatever a member or converter of the application throws.
        catch (Exception error) when (error is not EventNotWritableException)
#pragma warning restore CA1031
        {
            throw new EventNotWritableException(name, raised.GetType(), error);
        }
    }

    private static Invalidation[] InvalidationsOf(Event declared, object raised, InvalidationKind kind, TimeSpan deadline)
    {
        try
        {
            return declared.InvalidationsOf(raised, kind, deadline);
        }
        catch (InvalidKeyException invalid)
        {
            throw new InvalidKeyException(invalid.Declaration, invalid.Part, invalid.Fault, inRaisedEvent: true);
        }
    }

    public ValueTask<bool> HoldAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return RequireAction("Hold").HoldAsync();
    }

    public void WriteThrough<TArgs, TValue>(CachedQuery<TArgs, TValue> query, TArgs args, TValue value) where TArgs : notnull
    {
        var action = RequireAction(nameof(WriteThrough));
        var runtime = RuntimeOf(query);
        if (args is null) throw new InvalidKeyException(runtime.Name, "its argument", KeyFault.Null);
        runtime.RequireCanBeWritten(args, value);
        action.Record(new WriteThrough<TArgs, TValue>(runtime, args, value));
    }

    public void UpdateTag(Tag tag)
    {
        var action = RequireAction(nameof(UpdateTag));
        if (action.Trigger != TriggerKind.UserAction) throw TriggerException.Wrong(nameof(UpdateTag), action.Trigger, UseRevalidate);
        RequireDeclared(tag);
        Record(action, nameof(UpdateTag), null, null, [tag], InvalidationKind.Expire, TimeSpan.Zero);
    }

    public void RevalidateTag(Tag tag, Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var action = RequireAction(nameof(RevalidateTag));
        RequireDeclared(tag);
        Record(action, nameof(RevalidateTag), null, null, [tag], InvalidationKind.MarkStale, profile.Expire);
    }

    public void RevalidateTag(Tag tag, Expire expire)
    {
        ArgumentNullException.ThrowIfNull(expire);
        var action = RequireAction(nameof(RevalidateTag));
        RequireDeclared(tag);
        Record(action, nameof(RevalidateTag), null, null, [tag], InvalidationKind.Expire, TimeSpan.Zero);
    }

    public void RevalidatePath(string path, PathScope scope)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var action = RequireAction(nameof(RevalidatePath));
        // A process without endpoints cannot tell: the pages are rendered elsewhere.
        if (_paths?.Reaches(path, scope) == false) throw new UnknownPathException(path, scope);
        var (kind, deadline) = ByTrigger(action.Trigger, Profile.Default);
        Record(action, nameof(RevalidatePath), null, null, [PathTags.For(path, scope)], kind, deadline);
    }

    public void Refresh()
    {
        var action = RequireAction(nameof(Refresh));
        if (action.Trigger != TriggerKind.UserAction) throw TriggerException.Wrong(nameof(Refresh), action.Trigger, useInstead: null);
        action.RequestRefresh();
    }

    private FreshetAction Begin(TriggerKind trigger, string name, string? actor, string? reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ThrowIfReading($"Begin{trigger}");
        return new FreshetAction(this, trigger, name, actor, reason, _log, _high, _logger);
    }

    internal FreshetAction RequireAction(string call)
    {
        ThrowIfReading(call);
        if (Ambient.ActionOf(this) is { } action) return action;
        throw Ambient.EndedActionOf(this) is { } ended ? TriggerException.Ended(call, ended.Trigger, ended.Name) : TriggerException.None(call);
    }

    /// <summary>What is cached must not invalidate: it would run when it is not in the cache, and not when it is.</summary>
    private void ThrowIfReading(string call)
    {
        if (Ambient.LoadOf(this) is { } load) throw TriggerException.InsideLoader(call, load.Query.Name);
        if (Ambient.RenderingOf(this) is { } rendering) throw TriggerException.WhileRendering(call, rendering.Order.Page);
    }

    /// <summary>A person who waits must see their own write; nobody waits for the others.</summary>
    internal static (InvalidationKind Kind, TimeSpan Deadline) ByTrigger(TriggerKind trigger, Profile profile) =>
        trigger == TriggerKind.UserAction ? (InvalidationKind.Expire, TimeSpan.Zero) : (InvalidationKind.MarkStale, profile.Expire);

    private void RequireDeclared(Tag tag)
    {
        if (tag.IsDefault) throw new InvalidKeyException("tag", "the tag", KeyFault.Null);
        if (!_tagKinds.Contains(tag.Kind))
            throw new UnknownDeclarationException("tag kind", tag.Kind, "Declare it in a catalog and add the catalog with AddFreshet().Add<TCatalog>().");
    }

    private void Record(
        FreshetAction action, string call, string? @event, object? value, IReadOnlyList<Tag> tags, InvalidationKind kind, TimeSpan deadline, string? data = null)
    {
        if (_units?.Surrounding is { } unit) action.Enter(unit);
        action.Record(DraftOf(action, call, @event, value, tags, kind, deadline, data));
    }

    private static RecordDraft DraftOf(
        FreshetAction action, string call, string? @event, object? value, IReadOnlyList<Tag> tags, InvalidationKind kind, TimeSpan deadline, string? data = null) =>
        new(RecordId.Next(), call, @event, value, InvalidationsOf(tags, kind, deadline), action.Reason) { EventData = data };

    private static Invalidation[] InvalidationsOf(IReadOnlyList<Tag> tags, InvalidationKind kind, TimeSpan deadline)
    {
        var invalidations = new Invalidation[tags.Count];
        for (var i = 0; i < invalidations.Length; i++) invalidations[i] = new Invalidation(tags[i], kind, deadline);
        return invalidations;
    }
}
