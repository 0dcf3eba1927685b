using MedCloud.Hosting;
using MedCloud.Portal;

return await ServiceHost.RunAsync(args, new ServiceDefinition
{
    Name = "portal",
    Doors = HttpDoors.Http,
    Add = builder => builder.AddPortal(),
    Map = app => app.MapPortal(),
});
