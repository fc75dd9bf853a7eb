using System.Text;
using Microsoft.Extensions.Primitives;

namespace Freshet.AspNetCore.Tests.Webhooks;

/// <summary>What a signature header must be to be believed.</summary>
public sealed class SignatureHeaderTests
{
    private const string Secret = "whsec_the-provider-shows-this";
    private static readonly byte[] _body = "{\"id\":\"evt_1\"}"u8.ToArray();
    private static readonly DateTimeOffset _at = DateTimeOffset.FromUnixTimeSeconds(1_745_761_222);
    private static readonly string _hash = WebhookSignature.Sign(_body, _at, Secret).Split("v1=")[1];

    [Fact]
    public void The_scheme_is_the_one_that_providers_document() =>
        // openssl: printf '1745761222.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_the-provider-shows-this
        WebhookSignature.Sign(_body, _at, Secret).ShouldBe("t=1745761222,v1=02909eb12a760f70e81af5ad753de665ddfe417970f1c81ce496f5eb845e405d");

    [Theory]
    [InlineData("t=1745761222,v1={0}")]
    [InlineData("v1={0},t=1745761222")]
    [InlineData("t=1745761222, v1={0}")]
    [InlineData("t=1745761222,v1=0000000000000000000000000000000000000000000000000000000000000000,v1={0}")]
    [InlineData("t=1745761222,v0=anything,v1={0}")]
    public void One_signature_that_fits_is_enough(string header) => Check(Header(header)).ShouldBeNull();

    [Fact]
    public void Nobody_signs_without_a_secret() => Should.Throw<ArgumentException>(() => WebhookSignature.Sign(_body, _at)).ParamName.ShouldBe("secrets");

    [Fact]
    public void Hexadecimal_in_capitals_is_the_same() => Check($"t=1745761222,v1={_hash.ToUpperInvariant()}").ShouldBeNull();

    [Theory]
    [InlineData("")]
    public void Nothing_is_missing(string header) => Check(header).ShouldBe(SignatureFault.Missing);

    [Fact]
    public void No_header_is_missing() => Check(StringValues.Empty).ShouldBe(SignatureFault.Missing);

    [Theory]
    [InlineData("{0}")]
    [InlineData("v1={0}")]
    [InlineData("t=1745761222")]
    [InlineData("t=1745761222,v1=")]
    [InlineData("t=1745761222,v1=zz")]
    [InlineData("t=1745761222,v1={0}00")]
    [InlineData("t=1745761222,v1={0},v1=zz")]
    [InlineData("t=,v1={0}")]
    [InlineData("t=-5,v1={0}")]
    [InlineData("t=1745761222.5,v1={0}")]
    [InlineData("t=99999999999999999999,v1={0}")]
    [InlineData("t=1745761222,,v1={0}")]
    [InlineData("t=1745761222,=x,v1={0}")]
    [InlineData("t=1745761222,v2={0}")]
    public void Anything_else_is_malformed(string header) => Check(Header(header)).ShouldBe(SignatureFault.Malformed);

    [Fact]
    public void A_header_without_end_is_not_read() => Check($"t=1745761222,v1={_hash},v0={new string('x', 5000)}").ShouldBe(SignatureFault.Malformed);

    [Fact]
    public void Trying_many_signatures_at_once_is_refused() =>
        Check($"t=1745761222,{string.Concat(Enumerable.Repeat($"v1={new string('0', 64)},", 16))}v1={_hash}").ShouldBe(SignatureFault.Malformed);

    [Fact]
    public void Two_headers_are_doubly_signed() => Check(new StringValues([$"t=1745761222,v1={_hash}", $"t=1745761222,v1={_hash}"])).ShouldBe(SignatureFault.DoublySigned);

    [Fact]
    public void Two_times_are_doubly_signed_though_one_fits() => Check($"t=1745761222,v1={_hash},t=1745761223").ShouldBe(SignatureFault.DoublySigned);

    [Theory]
    [InlineData("{\"id\":\"evt_2\"}", "t=1745761222,v1={0}")]
    [InlineData("{\"id\":\"evt_1\"} ", "t=1745761222,v1={0}")]
    [InlineData("{\"id\":\"evt_1\"}", "t=1745761223,v1={0}")]
    [InlineData("{\"id\":\"evt_1\"}", "t=01745761222,v1={0}")]
    public void Body_and_time_are_signed_as_they_stand(string body, string header) => Check(Header(header), body).ShouldBe(SignatureFault.Mismatched);

    [Fact]
    public void Any_of_our_secrets_may_have_signed()
    {
        var keys = new[] { "another-secret-of-ours"u8.ToArray(), Encoding.UTF8.GetBytes(Secret) };

        Read($"t=1745761222,v1={_hash}").Check(_body, keys, TimeSpan.FromMinutes(5), _at).ShouldBeNull();
        Read($"t=1745761222,v1={_hash}").Check(_body, keys[..1], TimeSpan.FromMinutes(5), _at).ShouldBe(SignatureFault.Mismatched);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(300, null)]
    [InlineData(-300, null)]
    [InlineData(301, SignatureFault.Expired)]
    [InlineData(-301, SignatureFault.Expired)]
    public void It_may_be_as_old_or_as_early_as_the_tolerance(int ageSeconds, object? fault) =>
        Read($"t=1745761222,v1={_hash}").Check(_body, [Encoding.UTF8.GetBytes(Secret)], TimeSpan.FromMinutes(5), _at.AddSeconds(ageSeconds)).ShouldBe((SignatureFault?)fault);

    [Fact]
    public void A_time_at_the_end_of_all_times_is_compared_without_overflow()
    {
        var header = WebhookSignature.Hash(Encoding.UTF8.GetBytes(Secret), "9223372036854775807", _body);

        Read($"t=9223372036854775807,v1={Convert.ToHexStringLower(header)}").Check(_body, [Encoding.UTF8.GetBytes(Secret)], TimeSpan.FromMinutes(5), _at)
            .ShouldBe(SignatureFault.Expired);
    }

    private static string Header(string form) => form.Replace("{0}", _hash, StringComparison.Ordinal);

    private static SignatureHeader Read(string header)
    {
        SignatureHeader.TryRead(header, out var read).ShouldBeNull();
        return read;
    }

    private static SignatureFault? Check(StringValues header, string? body = null) =>
        SignatureHeader.TryRead(header, out var read) ?? read.Check(body is null ? _body : Encoding.UTF8.GetBytes(body), [Encoding.UTF8.GetBytes(Secret)], TimeSpan.FromMinutes(5), _at);
}
