namespace Freshet.Tests;

public sealed class TypeTextTests
{
    [Theory]
    [InlineData(typeof(string), "string")]
    [InlineData(typeof(int?), "int?")]
    [InlineData(typeof(Guid), "System.Guid")]
    [InlineData(typeof(byte[]), "byte[]")]
    [InlineData(typeof(int[,]), "int[,]")]
    [InlineData(typeof((string, int?)), "(string, int?)")]
    [InlineData(typeof(IReadOnlyList<string>), "System.Collections.Generic.IReadOnlyList<string>")]
    [InlineData(typeof(Dictionary<string, List<Guid>>), "System.Collections.Generic.Dictionary<string, System.Collections.Generic.List<System.Guid>>")]
    [InlineData(typeof(AccountChanged), "Freshet.Tests.AccountChanged")]
    [InlineData(typeof(Nested), "Freshet.Tests.TypeTextTests.Nested")]
    [InlineData(typeof(Outer<int>.Inner<string>), "Freshet.Tests.TypeTextTests.Outer<int>.Inner<string>")]
    [InlineData(typeof(Outer<int>.Plain), "Freshet.Tests.TypeTextTests.Outer<int>.Plain")]
    public void Types_are_named_as_in_source_without_versions(Type type, string text) => TypeText.Of(type).ShouldBe(text);

    private sealed class Nested;

    private sealed class Outer<T>
    {
        internal sealed class Inner<TInner>;

        internal sealed class Plain;
    }
}
