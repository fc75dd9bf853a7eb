using System.Reflection;

namespace Freshet.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_of_Freshet_AspNetCore_is_the_one_that_was_reviewed()
    {
        ReviewedFile.ShouldHold(
            PublicApiLister.List(Assembly.Load("Freshet.AspNetCore")), RepositoryRoot.File("src", "Freshet.AspNetCore", "PublicApi.txt"), "FRESHET_ACCEPT_API");
    }
}
