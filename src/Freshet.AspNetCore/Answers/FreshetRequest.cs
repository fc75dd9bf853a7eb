using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>One request on its way through Freshet: what it reads, the action it writes under, and the headers its answer gets.</summary>
internal sealed class FreshetRequest(HttpFreshness freshness, HttpContext http)
{
    private bool _envelopeTaken;
    private JsonArray? _events;

    public HttpFreshness Freshness => freshness;

    public HttpContext Http => http;

    /// <summary>What the request read; null until its requirement was understood.</summary>
    public ReadScope? Scope { get; set; }

    /// <summary>The request as it arrived, for a render in the background; null unless pages may be stored.</summary>
    public Arrival? Arrival { get; init; }

    /// <summary>What becomes of it as a request for a page that may be stored; null when it is none.</summary>
    public PageRequest? Page { get; set; }

    /// <summary>Whether the answer tells nothing of what was read or written: another system asked, which has no cache of ours to keep fresh.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether the request brought a token cookie that is none.</summary>
    public bool DeleteCookie { get; set; }

    /// <summary>The user action the endpoint runs under; null when it declares none, or was not reached.</summary>
    public FreshetAction? Action { get; private set; }

    /// <summary>Whether the endpoint's handler returned and its records were appended.</summary>
    public bool IsCompleted { get; private set; }

    /// <summary>Whether the answer is written by exception handling. It is not made of what was read, so it does not carry that.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether the endpoint's parameters could be read, as far as is known.</summary>
    public bool IsBound { get; private set; }

    public static FreshetRequest? Of(HttpContext http) => http.Features.Get<FreshetRequest>();

    /// <summary>Opens the user action of this request's endpoint.</summary>
    public FreshetAction BeginUserAction()
    {
        IsBound = http.Response.StatusCode < StatusCodes.Status400BadRequest;
        return Action = freshness.Freshet.BeginUserAction(EndpointNames.Of(http), ActorOf(http));
    }

    /// <summary>Who acts, as records and operations name them; null when nobody is signed in.</summary>
    public static string? ActorOf(HttpContext http) => http.User.Identity is { IsAuthenticated: true } identity ? identity.Name : null;

    /// <summary>Takes up an action that was opened elsewhere: the answer's headers tell of it.</summary>
    public void Adopt(FreshetAction action) => Action = action;

    /// <summary>Notes that an exception passes. True, so that it can stand in an exception filter, which sees those too that are not caught.</summary>
    public bool Fail() => HasFailed = true;

    /// <summary>Appends what was raised, before anything of the answer leaves.</summary>
    public async ValueTask CompleteAsync()
    {
        var action = Action!;
        await action.CompleteAsync().ConfigureAwait(false);
        IsCompleted = true;
        if (http.Response.HasStarted && (action.Token is not null || action.RefreshRequested || action.IsPending)) freshness.Audit.NoteStarted(EndpointNames.Of(http));
    }

    /// <summary>Whether this answer is to be wrapped, asked once: several filters may stand in line for it.</summary>
    public bool TakeEnvelope()
    {
        if (_envelopeTaken || !IsCompleted || http.Response.HasStarted) return false;
        if (http.GetEndpoint()?.Metadata.GetMetadata<IHeadersOnly>() is not null) return false;
        return _envelopeTaken = true;
    }

    /// <summary>The token text of the action; null when it appended nothing, or not all of it yet.</summary>
    public string? TokenText => Token is { } token ? freshness.Tokens.Write(token) : null;

    // A token of the part that was appended would be taken for one of the whole: the next read would be called satisfied without the rest.
    private ConsistencyToken? Token => Action is { IsPending: false } action ? action.Token : null;

    /// <summary>The events the action raised.</summary>
    public JsonArray Events => _events ??= freshness.Events.Write(Action?.Records ?? []);

    /// <summary>Writes the headers; called when the answer starts, whoever starts it.</summary>
    public void WriteHeaders()
    {
        if (IsSilent) return;
        // An action's headers say what it invalidated. Were they mixed with what it read, the client would take those tags for invalidated too.
        if (Action is not null) WriteActionHeaders(Action);
        else if (!HasFailed && Scope is not null && (Page?.Interval ?? Scope.Interval) is { } interval)
            WriteReadHeaders(Scope, interval.Epoch, interval.LoadedAt, interval.ValidAt);
        if (!HasFailed) Page?.WriteHeaders();
        WriteCookie();
    }

    private void WriteActionHeaders(FreshetAction action)
    {
        var headers = http.Response.Headers;
        if (action.RefreshRequested) headers[FreshnessHeaders.Refresh] = "true";
        if (action.IsPending) headers[FreshnessHeaders.Pending] = "true"; // never a silent success (PROTOCOL 27)
        if (TokenText is { } token) headers[FreshnessHeaders.Token] = token;
        var records = action.Records;
        if (records.Count == 0) return;

        var position = records[^1].Position.ToString(CultureInfo.InvariantCulture);
        headers[FreshnessHeaders.Epoch] = freshness.Tags.Hash(records[^1].Epoch);
        headers[FreshnessHeaders.Position] = $"{position}-{position}";
        headers[FreshnessHeaders.Tags] = freshness.Tags.HeaderFor(records.SelectMany(record => record.Invalidations).Select(each => each.Tag).ToHashSet());
        if (EventJson.ForHeader(Events) is { } events) headers[FreshnessHeaders.Events] = events;
    }

    private void WriteReadHeaders(ReadScope scope, Epoch epoch, long loadedAt, long validAt)
    {
        var headers = http.Response.Headers;
        var tags = new HashSet<Tag>(scope.Tags);
        tags.UnionWith(PathTags.Of(http.Request.Path.Value ?? "/", EndpointNames.PatternOf(http.GetEndpoint())));
        headers[FreshnessHeaders.Epoch] = freshness.Tags.Hash(epoch);
        headers[FreshnessHeaders.Position] = FreshnessHeaders.PositionOf(loadedAt, validAt);
        headers[FreshnessHeaders.Tags] = freshness.Tags.HeaderFor(tags);
        if (!scope.Satisfied) headers[FreshnessHeaders.Satisfied] = "false";
    }

    private void WriteCookie()
    {
        if (Token is { } written && TokenCookie.IsNeeded(http))
        {
            // Two tabs, two posts: the later one's cookie must not take back what the earlier one's promised.
            var later = Scope?.Requirement.Token is { } own ? ConsistencyToken.Later(own, written) : written;
            TokenCookie.Set(http, freshness.Tokens.Write(later));
        }
        else if (DeleteCookie)
        {
            TokenCookie.Delete(http);
        }
    }
}
