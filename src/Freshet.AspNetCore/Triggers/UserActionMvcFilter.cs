using Microsoft.AspNetCore.Mvc.Filters;

namespace Freshet.AspNetCore;

/// <summary>Runs a controller's action or a page's handler under a user action, and wraps what its result writes. The same code as for route handlers stands behind it.</summary>
internal sealed class UserActionMvcFilter : IAsyncActionFilter, IAsyncPageFilter, IAsyncResultFilter
{
    public static readonly UserActionMvcFilter Instance = new();

    public async Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next)
    {
        if (UserActions.ToOpen(context.HttpContext, UserActions.IsDeclaredOn(context.ActionDescriptor)) is not { } request)
        {
            await next().ConfigureAwait(false);
            return;
        }
        var action = request.BeginUserAction();
        await using var _ = action.ConfigureAwait(false);
        var executed = await next().ConfigureAwait(false);
        // MVC hands the exception over instead of throwing it. Handled by a filter or not: the action may have committed, or not.
        if (executed.Exception is null) await request.CompleteAsync().ConfigureAwait(false);
    }

    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (UserActions.ToOpen(context.HttpContext, includesReads: false) is not { } request)
        {
            await next().ConfigureAwait(false);
            return;
        }
        var action = request.BeginUserAction();
        await using var _ = action.ConfigureAwait(false);
        var executed = await next().ConfigureAwait(false);
        if (executed.Exception is null) await request.CompleteAsync().ConfigureAwait(false);
    }

    public async Task OnResultExecutionAsync(ResultExecutingContext context, ResultExecutionDelegate next)
    {
        if (FreshetRequest.Of(context.HttpContext) is { } request && Envelope.MayWrap(context.Result) && request.TakeEnvelope())
            await Envelope.WriteAsync(request, async () => (await next().ConfigureAwait(false)).Exception is null).ConfigureAwait(false);
        else
            await next().ConfigureAwait(false);
    }
}
