using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.AspNetCore;

/// <summary>A plain object as route handlers write it: JSON by its own type and the application's options.</summary>
internal sealed class JsonValueResult(object value) : IResult, IValueHttpResult
{
    public object? Value => value;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var options = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return httpContext.Response.WriteAsJsonAsync(value, options.GetTypeInfo(value.GetType()), contentType: null, CancellationToken.None);
    }
}
