using System.Text.Json;
using System.Text.Json.Serialization;

namespace Freshet.Tests;

public sealed class EventMembersTests
{
    [Fact]
    public void Members_are_those_that_JSON_writes_by_the_names_it_writes()
    {
        var written = JsonSerializer.SerializeToElement(new Sample("a", 1, "b", 2), JsonSerializerOptions.Web);
        EventMembers.Of<Sample>().ShouldBe(["account_id", "invoiceId", "kept", "onlyRead"]);
        EventMembers.Of<Sample>().ShouldBe(written.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
    }

    private sealed record Sample(
        string InvoiceId, [property: JsonIgnore] int Secret, [property: JsonPropertyName("account_id")] string AccountId,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Kept)
    {
        public string OnlyRead => "x";

        internal string Hidden => "y";

        public string WriteOnly
        {
            set => _ = value;
        }

        public string this[int index] => $"{index}";
    }
}
