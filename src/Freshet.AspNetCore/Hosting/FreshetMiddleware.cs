using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>Opens the read scope of every request, writes the freshness headers when its answer starts, and turns Freshet's errors into problem details.</summary>
internal sealed class FreshetMiddleware
{
    private readonly RequestDelegate _next;
    private readonly RequestDelegate _self;
    private readonly HttpFreshness _freshness;

    public FreshetMiddleware(RequestDelegate next, HttpFreshness freshness)
    {
        _next = next;
        _self = InvokeAsync;
        _freshness = freshness;
    }

    public async Task InvokeAsync(HttpContext http)
    {
        var outer = FreshetRequest.Of(http); // exception handling runs the pipeline once more, for the error page
        var mayRender = _freshness.Pages is not null && PageRendering.MayRender(http);
        var request = new FreshetRequest(_freshness, http) { Arrival = mayRender ? Arrival.Of(http, _self) : null };
        http.Features.Set(request);
        // The answer may be started by anyone: a handler that writes, exception handling outside this middleware, the server at the
        // very end. By then the scope and the action hold everything that the headers tell.
        http.Response.OnStarting(static state =>
        {
            ((FreshetRequest)state).WriteHeaders();
            return Task.CompletedTask;
        }, request);
        try
        {
            await RunAsync(http, request).ConfigureAwait(false);
        }
        catch (FreshetException error) when (request.Fail() && !http.Response.HasStarted)
        {
            await _freshness.Problems.WriteAsync(http, error).ConfigureAwait(false);
        }
        catch (BadHttpRequestException error) when (request.Fail() && !http.Response.HasStarted && UserActions.IsDeclared(http.GetEndpoint()))
        {
            await _freshness.Problems.WriteMalformedAsync(http, error.StatusCode).ConfigureAwait(false);
        }
        catch (Exception) when (request.Fail())
        {
            throw;
        }
        finally
        {
            request.Page?.End(failed: request.HasFailed || http.RequestAborted.IsCancellationRequested || http.Response.StatusCode >= StatusCodes.Status500InternalServerError);
            http.Features.Set(outer);
        }
    }

    private async Task RunAsync(HttpContext http, FreshetRequest request)
    {
        var isInBackground = http.Features.Get<BackgroundRender>() is not null;
        // A page is rendered for everyone, so one client's own token is no requirement of it.
        var (requirement, deleteCookie) = isInBackground ? (new ReadRequirement(), false) : _freshness.Requirements.Read(http.Request);
        request.DeleteCookie = deleteCookie;
        using var scope = request.Arrival is null ? _freshness.Freshet.BeginReadScope(requirement) : _freshness.Pages!.Freshet.BeginRequestScope(requirement);
        request.Scope = scope;
        await _next(http).ConfigureAwait(false);

        if (IsUnreadable(http, request)) await _freshness.Problems.WriteMalformedAsync(http, http.Response.StatusCode).ConfigureAwait(false);
        else if (request.IsCompleted) _freshness.Audit.Compare(http, request.Action!.Records);
        if (IsUncached(http, request)) _freshness.Pages!.NoteMissingMiddleware(EndpointNames.Of(http));
    }

    /// <summary>Whether a page that is to be stored was rendered without output caching.</summary>
    private static bool IsUncached(HttpContext http, FreshetRequest request) =>
        request is { Arrival: not null, Page: null } && http.Response.StatusCode == StatusCodes.Status200OK && PageRendering.IsDeclared(http.GetEndpoint());

    /// <summary>Whether minimal APIs refused a mutation's body or parameters without a word: outside development they answer a bare status, before any filter or after running them around no handler.</summary>
    private static bool IsUnreadable(HttpContext http, FreshetRequest request) =>
        !request.IsBound
        && http.Response is { HasStarted: false, ContentType: null, ContentLength: null or 0 }
        && http.Response.StatusCode is StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge or StatusCodes.Status415UnsupportedMediaType
        && UserActions.IsDeclared(http.GetEndpoint());
}
