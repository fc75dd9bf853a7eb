using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Freshet.AspNetCore;

/// <summary>Runs a controller's action or a page's handler under a user action, and wraps what its result writes. The same code as for route handlers stands behind it.</summary>
internal sealed class UserActionMvcFilter : IAsyncActionFilter, IAsyncPageFilter, IAsyncResultFilter
{
    public static readonly UserActionMvcFilter Instance = new();

    public Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next) =>
        RunAsync(context.HttpContext, UserActions.IsDeclaredOn(context.ActionDescriptor), async () => (await next().ConfigureAwait(false)).Exception);

    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next) =>
        RunAsync(context.HttpContext, includesReads: false, async () => (await next().ConfigureAwait(false)).Exception);

    public async Task OnResultExecutionAsync(ResultExecutingContext context, ResultExecutionDelegate next)
    {
        if (FreshetRequest.Of(context.HttpContext) is { } request && Envelope.MayWrap(context.Result) && request.TakeEnvelope())
            await Envelope.WriteAsync(request, async () => (await next().ConfigureAwait(false)).Exception is null).ConfigureAwait(false);
        else
            await next().ConfigureAwait(false);
    }

    /// <summary>Runs a handler, which hands its exception over instead of throwing it, under a user action if the request needs one.</summary>
    private static async Task RunAsync(HttpContext http, bool includesReads, Func<Task<Exception?>> handler)
    {
        if (UserActions.ToOpen(http, includesReads) is not { } request)
        {
            await handler().ConfigureAwait(false);
            return;
        }
        var action = request.BeginUserAction();
        await using var _ = action.ConfigureAwait(false);
        // An exception, handled by a filter or not: the action may have committed, or not.
        if (await handler().ConfigureAwait(false) is null) await request.CompleteAsync().ConfigureAwait(false);
    }
}
