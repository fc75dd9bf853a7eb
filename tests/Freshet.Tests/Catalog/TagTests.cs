namespace Freshet.Tests;

public sealed class TagTests
{
    private readonly Tag<string> _account = new("account");
    private readonly Tag<string, int> _seat = new("seat");
    private readonly Tag<string, int, Guid> _grant = new("grant");

    [Fact]
    public void A_tag_is_its_kind_and_its_escaped_keys()
    {
        _account.For("acc_88").Text.ShouldBe("account:acc_88");
        _seat.For("org:1", 7).Text.ShouldBe("seat:org%3A1:7");
        _grant.For("a", 1, Guid.Empty).Text.ShouldBe("grant:a:1:00000000-0000-0000-0000-000000000000");
        _seat.For("org", 7).Kind.ShouldBe("seat");
    }

    [Fact]
    public void Tags_are_equal_when_their_texts_are()
    {
        var one = _account.For("a");
        (one == _account.For("a")).ShouldBeTrue();
        (one != _account.For("A")).ShouldBeTrue();
        one.GetHashCode().ShouldBe(_account.For("a").GetHashCode());
        one.Equals((object)_account.For("a")).ShouldBeTrue();
        one.Equals("account:a").ShouldBeFalse();
        new HashSet<Tag> { one, _account.For("a"), default }.Count.ShouldBe(2);
    }

    [Fact]
    public void Keys_cannot_be_cut_differently_into_the_same_tag()
    {
        _seat.For("a:1", 2).ShouldNotBe(new Tag<string, string>("seat").For("a", "1:2"));
        new Tag<string, string>("pair").For("a", "b:c").ShouldNotBe(new Tag<string, string>("pair").For("a:b", "c"));
    }

    [Fact]
    public void A_key_that_cannot_be_one_is_refused_with_kind_and_number()
    {
        var thrown = Should.Throw<InvalidKeyException>(() => _seat.For("", 7));
        thrown.Declaration.ShouldBe("seat");
        thrown.Part.ShouldBe("key 1");
        Should.Throw<InvalidKeyException>(() => new Tag<string, string?>("t").For("a", null)).Part.ShouldBe("key 2");
    }

    [Fact]
    public void Keys_that_are_too_long_together_are_refused()
    {
        var half = new string('a', KeyText.MaxLength / 2);
        Should.Throw<InvalidKeyException>(() => new Tag<string, string>("t").For(half, half)).Fault.ShouldBe(KeyFault.TooLong);
    }

    [Fact]
    public void The_default_tag_is_empty_and_equals_itself()
    {
        Tag nothing = default;
        nothing.Text.ShouldBe("");
        nothing.Kind.ShouldBe("");
        nothing.ShouldBe(default);
        nothing.GetHashCode().ShouldBe(0);
    }
}
