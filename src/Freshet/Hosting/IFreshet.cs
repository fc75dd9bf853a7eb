namespace Freshet;

/// <summary>Reads cached queries and records what writes invalidate. One instance for the whole application, safe for any number of callers.</summary>
public interface IFreshet
{
    /// <summary>Everything the application's catalogs declare.</summary>
    CatalogModel Catalog { get; }

    /// <summary>The log of invalidations, to look at and to follow.</summary>
    IFreshnessLog Log { get; }

    /// <summary>The action this call runs in; null outside any.</summary>
    FreshetAction? CurrentAction { get; }

    /// <summary>The value of a cached query with what is known of its freshness, and with a requirement of this read's own. Everyday reads use <see cref="FreshetReadExtensions.ReadAsync"/>, which comes down to this.</summary>
    /// <param name="query">The query, declared in a composed catalog.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="requirement">A consistency token or minimum version to meet; null takes the surrounding read scope's.</param>
    /// <param name="cancellationToken">Ends this caller's wait; a load that others wait for goes on.</param>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares the query.</exception>
    /// <remarks>What the loader throws reaches the caller too, unless the query's policy lets the last good value stand in.</remarks>
    /// <exception cref="InvalidKeyException">An argument is null, empty, too long or has control characters.</exception>
    /// <exception cref="LoadTimeoutException">The loader took longer than the query allows, and no last good value may stand in.</exception>
    /// <exception cref="LoadRejectedException">The loader got no turn at its source in time, and no last good value may stand in.</exception>
    /// <exception cref="LaggingSourceException">The loader returned an older version than was served already, and no last good value may stand in.</exception>
    ValueTask<Answer<TValue>> ReadAnswerAsync<TArgs, TValue>(
        CachedQuery<TArgs, TValue> query, TArgs args, ReadRequirement? requirement = null, CancellationToken cancellationToken = default) where TArgs : notnull;

    /// <summary>Reads what a screen shows as a set that agrees with itself: its high values were all valid at one position of the log.</summary>
    /// <param name="screen">The screen, declared in a composed catalog.</param>
    /// <param name="read">Reads the screen's cached queries. Runs again, at most twice, when a write came in between; so it must only read.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares the screen.</exception>
    ValueTask<ScreenAnswer<T>> ReadScreenAsync<T>(Screen screen, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken = default);

    /// <summary>Opens a scope that gathers tags and positions of all reads within it, and gives them a requirement. Hosts open one per request.</summary>
    ReadScope BeginReadScope(ReadRequirement? requirement = null);

    /// <summary>Opens an action for a person who waits for the result.</summary>
    /// <param name="name">Name of the action, such as <c>POST /invoices/{id}/pay</c>.</param>
    /// <param name="actor">Who acts, for the record.</param>
    /// <remarks>It reaches the calls made from the method that opened it, until it is completed or disposed. One that is opened within another is an action of its own.</remarks>
    /// <exception cref="TriggerException">A loader, or a page that is rendered to be stored, called.</exception>
    FreshetAction BeginUserAction(string name, string? actor = null);

    /// <summary>Opens an action for a call from another system.</summary>
    /// <inheritdoc cref="BeginUserAction"/>
    FreshetAction BeginWebhook(string name, string? actor = null);

    /// <summary>Opens an action for a job or message consumer.</summary>
    /// <inheritdoc cref="BeginUserAction"/>
    FreshetAction BeginJob(string name, string? actor = null);

    /// <summary>Opens an action for an operator.</summary>
    /// <param name="name">What is being done.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="reason">Why; it is kept in the record.</param>
    /// <exception cref="TriggerException">A loader, or a page that is rendered to be stored, called.</exception>
    FreshetAction BeginOperator(string name, string actor, string reason);

    /// <summary>The everyday call: something happened. Expires the event's tags in a user action, marks them stale elsewhere, when the action ends.</summary>
    /// <exception cref="TriggerException">No action is open, it has ended, or a loader or a page that is rendered to be stored called.</exception>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares an event of this type.</exception>
    /// <exception cref="InvalidKeyException">A member that names a tag is null or cannot be a key. Nothing was recorded.</exception>
    /// <exception cref="EventNotWritableException">There is an outbox, and the event cannot be written as a JSON object. Nothing was recorded.</exception>
    void Raise<TEvent>(TEvent raised) where TEvent : notnull;

    /// <summary>Before a commit: has every high query that shows what was raised so far ask its source, on every node, until the action ends. So between the commit and the end of the action nobody is shown what it replaces (R8).</summary>
    /// <param name="cancellationToken">Ends the call before anything is placed; afterwards the action's end undoes it.</param>
    /// <returns>True when that is so, at once when no high query shows any of it. False when the log could not be reached in time: the write is then seen from the end of the action on. Commit or give up, as the write's importance says.</returns>
    /// <remarks>Call it after <see cref="Raise"/> and before the commit, within <see cref="FreshetOptions.HoldLimit"/> of it. An outbox calls it by itself.</remarks>
    /// <exception cref="TriggerException">No action is open, it has ended, or a loader called.</exception>
    ValueTask<bool> HoldAsync(CancellationToken cancellationToken = default);

    /// <summary>Hands the cache the value that was just written, so that the next read need not load it. Stored when the action ends, and only if no other writer came between.</summary>
    /// <param name="query">The query; its values carry a version, and no tags found while loading.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="value">What its loader would return now that the write is committed.</param>
    /// <remarks>It spares a load; it invalidates nothing: raise the event, then write through. Call it after the commit, never before: what is rolled back must not be cached. Open the action before the transaction, so that what other writers do meanwhile is noticed.</remarks>
    /// <exception cref="TriggerException">No action is open, it has ended, or a loader called.</exception>
    /// <exception cref="WriteThroughException">The query or the value cannot be written through.</exception>
    /// <exception cref="InvalidKeyException">An argument is null, empty, too long or has control characters.</exception>
    void WriteThrough<TArgs, TValue>(CachedQuery<TArgs, TValue> query, TArgs args, TValue value) where TArgs : notnull;

    /// <summary>Expires a tag: the next read loads. For user actions, where a person must see their own write.</summary>
    /// <exception cref="TriggerException">Not in a user action; the message names the call to use.</exception>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares the tag's kind.</exception>
    void UpdateTag(Tag tag);

    /// <summary>Marks a tag stale: old values may be served once more while one load replaces each, until the profile's deadline.</summary>
    /// <exception cref="TriggerException">No action is open, it has ended, or a loader or a page that is rendered to be stored called.</exception>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares the tag's kind.</exception>
    void RevalidateTag(Tag tag, Profile profile);

    /// <summary>Expires a tag outside user actions too: the narrow escape hatch for those who cannot afford one stale answer.</summary>
    /// <exception cref="TriggerException">No action is open, it has ended, or a loader or a page that is rendered to be stored called.</exception>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares the tag's kind.</exception>
    void RevalidateTag(Tag tag, Expire expire);

    /// <summary>Invalidates what was rendered at a path or route pattern, or at and below it.</summary>
    /// <exception cref="TriggerException">No action is open, it has ended, or a loader or a page that is rendered to be stored called.</exception>
    /// <exception cref="UnknownPathException">No endpoint answers the path.</exception>
    void RevalidatePath(string path, PathScope scope);

    /// <summary>Asks the client to read again. Nothing is invalidated: data that did not change stays cached.</summary>
    /// <exception cref="TriggerException">Not in a user action.</exception>
    void Refresh();
}
