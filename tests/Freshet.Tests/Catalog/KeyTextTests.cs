using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Freshet.Tests;

public sealed class KeyTextTests
{
    private enum Plan
    {
        Free,
        Team,
    }

    private static string Format<T>(T value) => KeyText.Format(value, "account", "key 1");

    private static KeyFault FaultOf<T>(T value)
    {
        var thrown = Should.Throw<InvalidKeyException>(() => Format(value));
        thrown.Declaration.ShouldBe("account");
        thrown.Part.ShouldStartWith("key 1");
        return thrown.Fault;
    }

    [Fact]
    public void Plain_text_stands_as_it_is()
    {
        Format("acc_88").ShouldBe("acc_88");
        Format("größe 😀").ShouldBe("größe 😀");
    }

    [Fact]
    public void Characters_that_separate_parts_are_escaped_and_so_is_the_escape()
    {
        Format("a:b,c{d}e%f").ShouldBe("a%3Ab%2Cc%7Bd%7De%25f");
    }

    [Fact]
    public void Different_texts_never_share_one_key()
    {
        // Made of the characters that escaping is about, so that collisions would be likely.
        var tricky = Gen.Elements('%', ':', ',', '{', '}', '2', '3', '5', 'A', 'C', 'a').NonEmptyListOf().Select(list => string.Concat(list));
        Prop.ForAll(tricky.Two().ToArbitrary(), pair => (pair.Item1 == pair.Item2) == (Format(pair.Item1) == Format(pair.Item2)))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Different_pairs_never_share_one_key_however_their_parts_are_cut()
    {
        var tricky = Gen.Elements('%', ':', ',', '2', 'C', 'a').NonEmptyListOf().Select(list => string.Concat(list));
        var pairs = tricky.Two().Select(pair => (pair.Item1, pair.Item2));
        Prop.ForAll(pairs.Two().ToArbitrary(), both => (both.Item1 == both.Item2) == (Format(both.Item1) == Format(both.Item2)))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void An_escaped_text_has_no_separator_left_and_reads_back_as_what_it_was()
    {
        Prop.ForAll<NonEmptyString>(text =>
        {
            if (text.Get.Any(char.IsControl) || text.Get.Length > 100) return true;
            var escaped = Format(text.Get);
            return !escaped.AsSpan().ContainsAny(":,{}") && Uri.UnescapeDataString(escaped) == text.Get;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("\0")]
    [InlineData("a\u007f")]
    [InlineData("\u0085")]
    public void Control_characters_are_refused(string text) => FaultOf(text).ShouldBe(KeyFault.ControlCharacter);

    // Not InlineData: half a surrogate pair does not survive the way through test discovery.
    [Fact]
    public void Half_a_surrogate_pair_is_refused_wherever_it_stands()
    {
        foreach (var text in new[] { "\ud83d", "a\ud83d", "\ude00a", "\ud83d\ud83d\ude00", "\ude00\ud83d" })
            FaultOf(text).ShouldBe(KeyFault.ControlCharacter);
        Format("\ud83d\ude00").ShouldBe("\ud83d\ude00");
    }

    [Fact]
    public void Null_and_empty_are_refused_because_they_would_name_the_whole_kind()
    {
        FaultOf<string?>(null).ShouldBe(KeyFault.Null);
        FaultOf<int?>(null).ShouldBe(KeyFault.Null);
        FaultOf("").ShouldBe(KeyFault.Empty);
        FaultOf(("a", (string?)null)).ShouldBe(KeyFault.Null);
        FaultOf(("a", "")).ShouldBe(KeyFault.Empty);
    }

    [Fact]
    public void A_text_is_too_long_by_what_it_is_after_escaping()
    {
        Format(new string('a', KeyText.MaxLength)).Length.ShouldBe(KeyText.MaxLength);
        FaultOf(new string('a', KeyText.MaxLength + 1)).ShouldBe(KeyFault.TooLong);
        FaultOf(new string(':', KeyText.MaxLength / 2)).ShouldBe(KeyFault.TooLong);
        FaultOf((new string('a', KeyText.MaxLength / 2), new string('a', KeyText.MaxLength / 2))).ShouldBe(KeyFault.TooLong);
    }

    [Fact]
    public void Values_have_one_text_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            odd.NumberFormat.NegativeSign = "~";
            odd.NumberFormat.NumberDecimalSeparator = ";";
            odd.DateTimeFormat.DateSeparator = "!";
            CultureInfo.CurrentCulture = odd;

            (-3).ToString(CultureInfo.CurrentCulture).ShouldBe("~3");
            Format(-3).ShouldBe("-3");
            Format(-1.5m).ShouldBe("-1.5");
            Format(-1.5).ShouldBe("-1.5");
            Format(new DateOnly(2026, 4, 27)).ShouldBe("2026-04-27");
            Format(new DateTime(2026, 4, 27, 13, 40, 22)).ShouldBe("2026-04-27T13%3A40%3A22.0000000");
            Format(new TimeOnly(13, 40)).ShouldBe("13%3A40%3A00.0000000");
            Format(TimeSpan.FromMinutes(-90)).ShouldBe("-01%3A30%3A00");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void The_supported_types_have_readable_texts()
    {
        Format(42L).ShouldBe("42");
        Format(true).ShouldBe("true");
        Format('x').ShouldBe("x");
        Format(Plan.Team).ShouldBe("Team");
        Format<int?>(7).ShouldBe("7");
        Format(Guid.Empty).ShouldBe("00000000-0000-0000-0000-000000000000");
        Format(("org", 7, Plan.Free)).ShouldBe("org,7,Free");
        Format((1, 2, 3, 4, 5, 6, 7, 8, 9)).ShouldBe("1,2,3,4,5,6,7,8,9");
    }

    [Fact]
    public void Equal_values_have_equal_texts_whatever_they_were_written_like()
    {
        Format(1.00m).ShouldBe(Format(1.0m));
        Format(-0.0).ShouldBe(Format(0.0));
        Format(-0.0f).ShouldBe(Format(0.0f));
        Format(new DateTimeOffset(2026, 4, 27, 12, 0, 0, TimeSpan.FromHours(2))).ShouldBe(Format(new DateTimeOffset(2026, 4, 27, 10, 0, 0, TimeSpan.Zero)));
        Format(new DateTime(5, DateTimeKind.Utc)).ShouldBe(Format(new DateTime(5, DateTimeKind.Local)));
    }

    [Fact]
    public void Different_numbers_and_moments_have_different_texts()
    {
        Prop.ForAll<decimal, decimal>((a, b) => (a == b) == (Format(a) == Format(b))).QuickCheckThrowOnFailure();
        Prop.ForAll<double, double>((a, b) => a.Equals(b) == (Format(a) == Format(b))).QuickCheckThrowOnFailure();
        Prop.ForAll<DateTimeOffset, DateTimeOffset>((a, b) => (a == b) == (Format(a) == Format(b))).QuickCheckThrowOnFailure();
        Format(1e-28m).ShouldNotBe(Format(2e-28m));
        Format(79228162514264337593543950335m).ShouldNotBe(Format(79228162514264337593543950334m));
        Format(0.1 + 0.2).ShouldNotBe(Format(0.3));
    }

    [Fact]
    public void Types_without_a_text_form_are_refused()
    {
        FaultOf(new object()).ShouldBe(KeyFault.UnsupportedType);
        FaultOf(("a", new[] { 1 })).ShouldBe(KeyFault.UnsupportedType);
        new InvalidKeyException("account", "key 1", KeyFault.UnsupportedType).IsCallerFault.ShouldBeFalse();
    }

    [Theory]
    [InlineData(typeof(string), true)]
    [InlineData(typeof(int), true)]
    [InlineData(typeof(int?), true)]
    [InlineData(typeof(Guid), true)]
    [InlineData(typeof(DayOfWeek), true)]
    [InlineData(typeof(bool), true)]
    [InlineData(typeof(DateOnly), true)]
    [InlineData(typeof((string, int)), true)]
    [InlineData(typeof(Tuple<string>), true)]
    [InlineData(typeof((string, object)), false)]
    [InlineData(typeof(object), false)]
    [InlineData(typeof(int[]), false)]
    [InlineData(typeof(ValueTuple), false)]
    [InlineData(typeof(AccountChanged), false)]
    public void Support_is_known_from_the_type_alone(Type type, bool supported) => KeyText.IsSupported(type).ShouldBe(supported);

    [Fact]
    public void An_error_names_declaration_and_part_and_never_the_value()
    {
        var thrown = Should.Throw<InvalidKeyException>(() => KeyText.Format("secret\n", "account", "key 2"));
        thrown.Message.ShouldNotContain("secret");
        thrown.Message.ShouldContain("'account'");
        thrown.Message.ShouldContain("key 2");
        thrown.Code.ShouldBe("invalid-key");
        thrown.IsCallerFault.ShouldBeTrue();
    }
}
