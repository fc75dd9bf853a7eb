using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>Key texts read back as what they were made of, so two different keys never share one; what would not survive the way is refused.</summary>
public sealed class KeyTextProperties
{
    // The separators and the escape, what escapes are written with, and text of every length in UTF-8 and UTF-16, as whole characters.
    private static readonly string[] _good = ["%", ":", ",", "{", "}", "%3A", "%25", "2", "5", "A", "C", "a", " ", "/", "ß", "é", "e\u0301", "界", "😀", "\ufffd", "\u2028", "\u200b"];
    private static readonly string[] _bad = ["\0", "\n", "\u007f", "\u0085", "\u009f", "\ud83d", "\ude00"];

    private static Gen<string> Texts => Gen.Elements(_good).NonEmptyListOf().Resize(16).Select(string.Concat); // four of them fit one key

    private static string Format<T>(T value) => KeyText.Format(value, "any", "key 1");

    [Fact]
    public void ATextReadsBackFromItsKey() => Property.Holds(Texts, text =>
    {
        var key = Format(text);
        key.AsSpan().ContainsAny(":,{}").ShouldBeFalse(key);
        Unescape(key).ShouldBe(text);
    }, runs: 1_000);

    [Fact]
    public void TheItemsOfATupleReadBackFromItsKey() => Property.Holds(Texts.Three(), texts =>
    {
        var (first, second, third) = texts;
        Items(Format((first, second)), ',').ShouldBe([first, second]);
        Items(Format((first, (second, third))), ',').ShouldBe([first, second, third]);
        Items(Format((first, 7, second, third)), ',').ShouldBe([first, "7", second, third]);
    }, runs: 500);

    [Fact]
    public void KindAndKeysReadBackFromATag()
    {
        var (one, two, three) = (new Tag<string>("kind"), new Tag<string, string>("kind"), new Tag<string, (string, string), string>("kind"));
        Property.Holds(Texts.Four(), texts =>
        {
            var (first, second, third, fourth) = texts;
            Items(one.For(first).Text, ':').ShouldBe(["kind", first]);
            Items(two.For(first, second).Text, ':').ShouldBe(["kind", first, second]);
            var parts = three.For(first, (second, third), fourth).Text.Split(':');
            parts.Length.ShouldBe(4);
            Items(parts[2], ',').ShouldBe([second, third]);
            (Unescape(parts[1]), Unescape(parts[3])).ShouldBe((first, fourth));
        }, runs: 500);
    }

    [Fact]
    public void MembersReadBackFromTheKeyOfAQuery()
    {
        var query = new CachedQuery<(string A, string B, string C), int>("any", RiskLevel.Low).KeyedBy(args => args.A, args => args.B, args => args.C);
        Property.Holds(Texts.Three(), texts =>
        {
            var (first, second, third) = texts;
            Items(query.KeyOf((first, second, third)), ',').ShouldBe([first, second, third]);
        });
    }

    /// <summary>Texts next to each other in every way that has gone wrong somewhere: cut elsewhere, escaped already, differing in one character.</summary>
    [Fact]
    public void TwoKeysAreEqualWhenTheirValuesAre()
    {
        var short2 = Gen.Elements("%", ":", ",", "2C", "3A", "a").NonEmptyListOf().Resize(4).Select(string.Concat).Two();
        Property.Holds(short2.Two(), pairs =>
        {
            var ((a, b), (c, d)) = pairs;
            (Format((a, b)) == Format((c, d))).ShouldBe(a == c && b == d);
            (new Tag<string, string>("k").For(a, b) == new Tag<string, string>("k").For(c, d)).ShouldBe(a == c && b == d);
        }, runs: 2_000);
    }

    [Fact]
    public void AControlCharacterOrHalfACharacterIsRefusedWhereverItStands() => Property.Holds(
        from before in Gen.Elements(_good).ListOf()
        from bad in Gen.Elements(_bad)
        from after in Gen.Elements(_good).ListOf()
        select (Text: string.Concat(before) + bad + string.Concat(after), bad),
        value =>
        {
            Should.Throw<InvalidKeyException>(() => Format(value.Text)).Fault.ShouldBe(KeyFault.ControlCharacter);
            Should.Throw<InvalidKeyException>(() => Format(("a", value.Text))).Fault.ShouldBe(KeyFault.ControlCharacter);
        }, runs: 500, size: 40);

    /// <summary>Any text at all, well formed or not: either it is refused for a reason that is true, or it survives UTF-8 and reads back.</summary>
    [Fact]
    public void AnyTextIsRefusedForATrueReasonOrReadsBackAfterTravelling() => Property.Holds(
        Gen.Choose(0, char.MaxValue).Select(number => (char)number).ListOf().Select(string.Concat),
        text =>
        {
            var fault = text.Length == 0 ? KeyFault.Empty
                : text.Any(char.IsControl) || Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) != text ? KeyFault.ControlCharacter
                : (KeyFault?)null;
            if (fault is not null) Should.Throw<InvalidKeyException>(() => Format(text)).Fault.ShouldBe(fault.Value);
            else Unescape(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Format(text)))).ShouldBe(text);
        }, runs: 2_000, size: 20);

    [Fact]
    public void ATextIsTooLongByItsEscapedLengthAlone() => Property.Holds(
        from plain in Gen.Choose(0, 520)
        from reserved in Gen.Choose(0, 200)
        where plain + reserved > 0
        select (plain, reserved),
        lengths =>
        {
            var text = new string('a', lengths.plain) + new string(':', lengths.reserved);
            var length = lengths.plain + 3 * lengths.reserved;
            if (length <= KeyText.MaxLength) Format(text).Length.ShouldBe(length);
            else Should.Throw<InvalidKeyException>(() => Format(text)).Fault.ShouldBe(KeyFault.TooLong);
        });

    [Fact]
    public void NumbersAndMomentsHaveOneTextWhateverTheCulture()
    {
        var cultures =
            from negative in Gen.Elements("~", "minus ", "\u2212", "(")
            from point in Gen.Elements(",", ";", "·")
            from separator in Gen.Elements("!", ".", "'")
            select Odd(negative, point, separator);
        var values =
            from whole in ArbMap.Default.GeneratorFor<long>()
            from real in ArbMap.Default.GeneratorFor<double>()
            from money in ArbMap.Default.GeneratorFor<decimal>()
            from moment in ArbMap.Default.GeneratorFor<DateTime>()
            from minutes in Gen.Choose(-14 * 60, 14 * 60)
            from span in ArbMap.Default.GeneratorFor<TimeSpan>()
            select new Func<string>[]
            {
                () => Format(whole), () => Format((int)whole), () => Format((Int128)whole * 3), () => Format(real), () => Format((float)real),
                () => Format(money), () => Format(moment), () => Format(DateOnly.FromDateTime(moment)), () => Format(TimeOnly.FromDateTime(moment)),
                () => Format(new DateTimeOffset(new DateTime(Math.Clamp(moment.Year, 2, 9998), moment.Month, 28), TimeSpan.FromMinutes(minutes))),
                () => Format(span), () => Format((whole, money, moment)), () => Format(whole % 2 == 0), () => Format(DayOfWeek.Friday),
            };
        Property.Holds(values.SelectMany(_ => cultures, (texts, culture) => (texts, culture)), both =>
        {
            foreach (var text in both.texts) In(both.culture, text).ShouldBe(In(CultureInfo.InvariantCulture, text));
        });
    }

    /// <summary>The separators with the texts they stand for, as <see cref="KeyText"/> documents them; nothing else is escaped.</summary>
    private static string Unescape(string key)
    {
        var text = new StringBuilder();
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] != '%')
            {
                text.Append(key[i]);
                continue;
            }
            text.Append(key.Substring(i, 3) switch
            {
                "%25" => '%',
                "%3A" => ':',
                "%2C" => ',',
                "%7B" => '{',
                "%7D" => '}',
                var other => throw new ShouldAssertException($"'{other}' in '{key}' is no escape"),
            });
            i += 2;
        }
        return text.ToString();
    }

    private static IEnumerable<string> Items(string key, char separator) => key.Split(separator).Select(Unescape);

    private static CultureInfo Odd(string negative, string point, string separator)
    {
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NegativeSign = negative;
        odd.NumberFormat.NumberDecimalSeparator = point;
        odd.NumberFormat.NaNSymbol = "not";
        odd.DateTimeFormat.DateSeparator = separator;
        odd.DateTimeFormat.TimeSeparator = separator;
        return odd;
    }

    private static string In(CultureInfo culture, Func<string> text)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            return text();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
