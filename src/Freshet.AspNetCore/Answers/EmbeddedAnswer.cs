using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>What a page says of a value it brings along: what the freshness headers say of one that is read. As JSON it is what <c>hydrateAnswers</c> of <c>@freshet/client</c> takes.</summary>
/// <param name="Epoch">Hash of the log's epoch.</param>
/// <param name="Position">The positions at which the value is known valid, as the header <c>Freshness-Position</c> says them.</param>
/// <param name="Tags">Hashes of the tags it depends on; <c>*</c> stands for any.</param>
/// <param name="Satisfied">False when a token or minimum version could not be met in time.</param>
public sealed record EmbeddedAnswer(
    [property: JsonPropertyName("epoch")] string Epoch,
    [property: JsonPropertyName("position")] string Position,
    [property: JsonPropertyName("tags")] IReadOnlyList<string> Tags,
    [property: JsonPropertyName("satisfied")] bool Satisfied);

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
        return new EmbeddedAnswer(
            tags.Hash(answer.LoadedAt.Epoch), FreshnessHeaders.PositionOf(answer.LoadedAt.Position, answer.ValidAt),
            tags.HeaderFor(answer.Tags).Split(' ', StringSplitOptions.RemoveEmptyEntries), answer.Satisfied);
    }
}
