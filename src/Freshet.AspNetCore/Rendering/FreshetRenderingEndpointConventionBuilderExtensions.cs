using Freshet;
using Freshet.AspNetCore;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Declares on endpoints, and on groups of them, that what they render is stored.</summary>
public static class FreshetRenderingEndpointConventionBuilderExtensions
{
    /// <summary>What the endpoint renders is stored and served until something it shows changes.</summary>
    /// <param name="endpoint">The endpoint or group. In a group, endpoints that answer other methods than GET and HEAD are left alone.</param>
    /// <param name="profile">How long a browser may show it (<c>Stale</c>), from which age it is renewed in the background (<c>Revalidate</c>), and how long it may live (<c>Expire</c>).</param>
    /// <param name="vary">What it varies by, beyond path and query, in the framework's own terms: <c>vary => vary.SetVaryByHeader("Accept-Language")</c>. Null for nothing more.</param>
    /// <param name="inSharedCaches">Whether caches that people share, such as a CDN, may keep it for the profile's <c>Stale</c> time. Nothing tells them about an invalidation.</param>
    /// <remarks>
    /// Needs <c>AddFreshet().UseOutputCaching()</c> and, after <c>UseFreshet()</c>, <c>app.UseOutputCache()</c>. The render depends on
    /// every cached query it reads; data it takes from elsewhere is renewed by the profile's times alone.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A time of the profile is zero (<c>Stale</c> may be) or negative.</exception>
    public static TBuilder CacheRendered<TBuilder>(
        this TBuilder endpoint, Profile profile, Action<OutputCachePolicyBuilder>? vary = null, bool inSharedCaches = false)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ProfileBook.Check(profile);
        var declared = new CacheRenderedMetadata(profile, inSharedCaches);
        endpoint.Add(builder => builder.Metadata.Add(declared));
        // The defaults are Freshet's own policy's, so the builder need not bring them again.
        return vary is null ? endpoint : endpoint.CacheOutput(vary, excludeDefaultPolicy: true);
    }
}
