using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>What a page says of a value it brings along: what the freshness headers say of one that is read. As JSON it is what <c>hydrateAnswers</c> of <c>@freshet/client</c> takes.</summary>
/// <param name="Epoch">Hash of the log's epoch.</param>
/// <param name="Interval">The positions at which the value is known valid.</param>
/// <param name="Tags">Hashes of the tags it depends on; <c>*</c> stands for any.</param>
/// <param name="Satisfied">False when a token or minimum version could not be met in time.</param>
public sealed record EmbeddedAnswer(
    [property: JsonPropertyName("epoch")] string Epoch,
    [property: JsonPropertyName("interval")] EmbeddedInterval Interval,
    [property: JsonPropertyName("tags")] IReadOnlyList<string> Tags,
    [property: JsonPropertyName("satisfied")] bool Satisfied);

/// <summary>The positions at which a value is known valid; none when <paramref name="LoadedAt"/> is above <paramref name="ValidAt"/>.</summary>
/// <param name="LoadedAt">Applied before its load began.</param>
/// <param name="ValidAt">The highest at which it is known not to be outdated.</param>
public sealed record EmbeddedInterval(
    [property: JsonPropertyName("loadedAt")] long LoadedAt,
    [property: JsonPropertyName("validAt")] long ValidAt);

/// <summary>Gives a page what its values need to be followed in the browser.</summary>
public static class EmbeddedAnswerHttpContextExtensions
{
    /// <summary>What a page that is answered by this request says of an answer whose value it brings along.</summary>
    /// <param name="http">The request; it has passed <c>UseFreshet()</c>, which has the keys of the hashes.</param>
    /// <param name="answer">The answer, as <see cref="IFreshet.ReadAnswerAsync"/> gave it.</param>
    /// <exception cref="MiddlewareMissingException">The request did not pass <c>UseFreshet()</c>.</exception>
    /// <remarks>Whoever may see the page sees the hashes. They are keyed: no name can be tried against them.</remarks>
    public static EmbeddedAnswer Embed<TValue>(this HttpContext http, Answer<TValue> answer)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(answer);
        var tags = (FreshetRequest.Of(http) ?? throw MiddlewareMissingException.BeforePage(EndpointNames.Of(http))).Freshness.Tags;
        var loadedAt = answer.LoadedAt.Position;
        // What was read while a write was on its way shows at least what was so at loadedAt: nothing up to there outdates it, and it is known valid nowhere.
        var interval = answer.IsSettled ? new EmbeddedInterval(loadedAt, answer.ValidAt) : new EmbeddedInterval(loadedAt + 1, loadedAt);
        return new EmbeddedAnswer(
            tags.Hash(answer.LoadedAt.Epoch), interval,
            tags.HeaderFor(answer.Tags).Split(' ', StringSplitOptions.RemoveEmptyEntries), answer.Satisfied);
    }
}
