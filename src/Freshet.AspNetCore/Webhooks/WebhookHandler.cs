using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Freshet.AspNetCore;

/// <summary>What a webhook does for deliveries of one type.</summary>
internal sealed class WebhookHandler
{
    private readonly List<Type> _events = [];
    private readonly RequestDelegate _run;

    [RequiresUnreferencedCode("Binds by reflection.")]
    [RequiresDynamicCode("Binds by reflection.")]
    public WebhookHandler(string? type, Delegate handler, IServiceProvider services)
    {
        Type = type;
        // Bound by the framework, so that what works in MapPost works here. The filter keeps what the handler returns from being
        // sent: its records are not appended yet.
        var builder = new RouteEndpointBuilder(requestDelegate: null, RoutePatternFactory.Parse("/"), order: 0);
        builder.FilterFactories.Add((_, next) => async context =>
        {
            // Parameters that could not be read: the framework says so by the status, and runs the filters around no handler.
            if (context.HttpContext.Response.StatusCode >= StatusCodes.Status400BadRequest) return await next(context).ConfigureAwait(false);
            var ended = context.HttpContext.Features.Get<Ended>()!;
            ended.Result = await next(context).ConfigureAwait(false);
            ended.IsBound = true;
            return Results.Empty;
        });
        _run = RequestDelegateFactory.Create(handler, new RequestDelegateFactoryOptions { ServiceProvider = services, EndpointBuilder = builder }).RequestDelegate;
    }

    /// <summary>The type; null for every other.</summary>
    public string? Type { get; }

    /// <summary>CLR types of the events it may raise.</summary>
    public IReadOnlyList<Type> Events => _events;

    /// <summary>Whether its deliveries are claimed.</summary>
    public bool Claims { get; set; } = true;

    public void Raises(Type type) => _events.Add(type);

    /// <summary>Runs it with the verified body.</summary>
    public async Task<Ended> RunAsync(HttpContext http, byte[] body)
    {
        var ended = new Ended();
        http.Features.Set(ended);
        var (stream, length) = (http.Request.Body, http.Request.ContentLength);
        using var verified = new MemoryStream(body, writable: false);
        (http.Request.Body, http.Request.ContentLength) = (verified, body.Length);
        try
        {
            await _run(http).ConfigureAwait(false);
        }
        finally
        {
            (http.Request.Body, http.Request.ContentLength) = (stream, length);
        }
        return ended;
    }

    /// <summary>How a handler ended that did not throw.</summary>
    public sealed class Ended
    {
        /// <summary>Whether its parameters could be read, so that it ran.</summary>
        public bool IsBound { get; set; }

        /// <summary>What it returned.</summary>
        public object? Result { get; set; }

        /// <summary>The error it returned; null when it did not return one.</summary>
        public IResult? Error
        {
            get
            {
                var inner = Result;
                while (inner is INestedHttpResult nested) inner = nested.Result;
                return inner is IResult result and IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status400BadRequest } ? result : null;
            }
        }
    }
}
