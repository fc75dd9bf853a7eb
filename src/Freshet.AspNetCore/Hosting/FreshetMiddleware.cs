using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>Opens the read scope of every request, writes the freshness headers when its answer starts, and turns Freshet's errors into problem details.</summary>
internal sealed class FreshetMiddleware(RequestDelegate next, HttpFreshness freshness)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var outer = FreshetRequest.Of(http); // exception handling runs the pipeline once more, for the error page
        var request = new FreshetRequest(freshness, http);
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
            await freshness.Problems.WriteAsync(http, error).ConfigureAwait(false);
        }
        catch (BadHttpRequestException error) when (request.Fail() && !http.Response.HasStarted && UserActions.IsDeclared(http.GetEndpoint()))
        {
            await freshness.Problems.WriteMalformedAsync(http, error.StatusCode).ConfigureAwait(false);
        }
        catch (Exception) when (request.Fail())
        {
            throw;
        }
        finally
        {
            http.Features.Set(outer);
        }
    }

    private async Task RunAsync(HttpContext http, FreshetRequest request)
    {
        var (requirement, deleteCookie) = freshness.Requirements.Read(http.Request);
        request.DeleteCookie = deleteCookie;
        using var scope = freshness.Freshet.BeginReadScope(requirement);
        request.Scope = scope;
        await next(http).ConfigureAwait(false);

        if (IsUnreadable(http, request)) await freshness.Problems.WriteMalformedAsync(http, http.Response.StatusCode).ConfigureAwait(false);
        else if (request.IsCompleted) freshness.Audit.Compare(http, request.Action!.Records);
    }

    /// <summary>Whether minimal APIs refused a mutation's body or parameters without a word: outside development they answer a bare status, before any filter or after running them around no handler.</summary>
    private static bool IsUnreadable(HttpContext http, FreshetRequest request) =>
        !request.IsBound
        && http.Response is { HasStarted: false, ContentType: null, ContentLength: null or 0 }
        && http.Response.StatusCode is StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge or StatusCodes.Status415UnsupportedMediaType
        && UserActions.IsDeclared(http.GetEndpoint());
}
