using MedCloud.AllInOne;

return await CommandLine.RunAsync(args);
