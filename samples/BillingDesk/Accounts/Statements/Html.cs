using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace BillingDesk.Accounts;

/// <summary>A piece of HTML, written as an interpolated string: what stands between the holes is markup, and every hole is encoded.</summary>
/// <remarks>
/// Only a hole that is <see cref="Html"/> itself goes in as it is, so forgetting to encode is not possible. Attributes must be
/// quoted. A link's path is escaped as a path first: <c>Html.Of($"&lt;a href=\"/statements/{Uri.EscapeDataString(id)}\"&gt;")</c>.
/// </remarks>
internal readonly struct Html
{
    private readonly string? _text;

    private Html(string text) => _text = text;

    public static Html Empty => default;

    public static Html Of(ref Writer html) => new(html.Take());

    public override string ToString() => _text ?? "";

    /// <summary>Puts the parts of an interpolated string together. Numbers and dates are written the same on every machine.</summary>
    [InterpolatedStringHandler]
    internal ref struct Writer(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _html = new(literalLength + (formattedCount * 16));

        public readonly void AppendLiteral(string markup) => _html.Append(markup);

        public readonly void AppendFormatted(string? text) => _html.Append(HtmlEncoder.Default.Encode(text ?? ""));

        public readonly void AppendFormatted(Html html) => _html.Append(html._text);

        public readonly void AppendFormatted(IEnumerable<Html> parts)
        {
            foreach (var part in parts) AppendFormatted(part);
        }

        public readonly void AppendFormatted<T>(T value, string? format = null) where T : IFormattable =>
            AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

        internal readonly string Take() => _html.ToString();
    }
}
