namespace Freshet;

/// <summary>An invalidating call was made where it may not be: under the wrong trigger, under none, inside a loader, while rendering an output to be stored, or after the action ended.</summary>
public sealed class TriggerException : FreshetException
{
    private TriggerException(string code, string call, TriggerKind? trigger, string? useInstead, string message) : base(message)
    {
        Code = code;
        Call = call;
        Trigger = trigger;
        UseInstead = useInstead;
    }

    /// <inheritdoc/>
    public override string Code { get; }

    /// <summary>The call that was refused, such as <c>UpdateTag</c>.</summary>
    public string Call { get; }

    /// <summary>The trigger it ran under; null when there was none.</summary>
    public TriggerKind? Trigger { get; }

    /// <summary>The call to use instead; null when there is none.</summary>
    public string? UseInstead { get; }

    internal static TriggerException Wrong(string call, TriggerKind trigger, string? useInstead) => new(
        "wrong-trigger", call, trigger, useInstead,
        $"{call} is for user actions, where a person waits for the result; this code runs under a {trigger} trigger. "
        + (useInstead is null ? "Leave the call out: nobody is there to see it." : $"Use {useInstead} instead."));

    internal static TriggerException None(string call) => new(
        "no-trigger", call, null, null,
        $"{call} was called outside any trigger, so nobody would append its record. "
        + "Open one: add .Raises<TEvent>() or .UserAction() to the endpoint, or wrap the code in BeginUserAction, BeginWebhook, BeginJob or BeginOperator.");

    internal static TriggerException InsideLoader(string call, string query) => new(
        "inside-loader", call, null, null,
        $"{call} was called while '{query}' was loading. A read must not invalidate: it would outdate itself on every load. Move the call to the code that writes.");

    internal static TriggerException WhileRendering(string call, string page) => new(
        "while-rendering", call, null, null,
        $"{call} was called while '{page}' was rendered to be stored. The next request is answered from the cache and runs no code, so the call would be made sometimes. Move it to an endpoint that writes, or do not cache this one.");

    internal static TriggerException Ended(string call, TriggerKind trigger, string action) => new(
        "action-ended", call, trigger, null,
        $"{call} was called after the action '{action}' had ended, so its record would never be appended. Call it before CompleteAsync, or open a new action.");
}
